using Orleans.Kv.Cli.Prompt;

namespace Orleans.Kv.Tests.Client.Prompt;

public sealed class CommandLineTextTests
{
    [Theory]
    [InlineData("get(a)", "get|--|a")]
    [InlineData("get( \"a b\" ) ;", "get|--|a b")]
    [InlineData("set(a,5)", "set|--|a|5")]
    [InlineData("set(a, -5)", "set|--|a|-5")]
    [InlineData("set(a,\"x, y\")", "set|--|a|\"x, y\"")]
    [InlineData("set(a,{\"x\": [1, 2], \"y\": \"}\"})", "set|--|a|{\"x\": [1, 2], \"y\": \"}\"}")]
    [InlineData("testset(a, null, \"it said \\\",\\\"\")", "testset|--|a|null|\"it said \\\",\\\"\"")]
    [InlineData("exit()", "exit")]
    [InlineData("set greeting \"good morning\"", "set|greeting|good morning")]
    [InlineData("set a '{\"x\": 1}'", "set|a|{\"x\": 1}")]
    [InlineData("set a \"say \\\"hi\\\"\"", "set|a|say \"hi\"")]
    [InlineData("  get   a\\ b ''", "get|a b|")]
    [InlineData("get key(1)", "get|key(1)")]
    [InlineData("   ", "")]
    [InlineData("# a comment", "")]
    public void ALine_IsTheseWords(string line, string words) =>
        Assert.Equal(words.Length == 0 ? [] : words.Split('|'), CommandLineText.Words(line));

    [Theory]
    [InlineData("set(a,5")]
    [InlineData("set(a,\"5)")]
    [InlineData("set(a,[5)")]
    [InlineData("set a \"5")]
    [InlineData("set a '5")]
    public void WhatIsNotClosed_IsRefused(string line) => Assert.Throws<FormatException>(() => CommandLineText.Words(line));
}
