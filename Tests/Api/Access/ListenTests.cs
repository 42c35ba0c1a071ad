using Orleans.Kv.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Access;

/// <summary>Beyond loopback nobody listens by accident.</summary>
public sealed class ListenTests
{
    [Theory]
    [InlineData("--listen 0.0.0.0", "0.0.0.0")]
    [InlineData("--listen 10.0.0.1", "10.0.0.1")]
    [InlineData("--listen ::", "[::]")]
    [InlineData("--urls http://*:8080", "*")]
    [InlineData("--urls http://+:8080", "+")]
    [InlineData("--urls http://kv.example.net:8080", "kv.example.net")]
    [InlineData("--urls http://127.0.0.1:8080;http://0.0.0.0:8081", "0.0.0.0")]
    [InlineData("--ftp-port 2121 --ftp-address 0.0.0.0", "--ftp-address 0.0.0.0")]
    public void BeyondLoopback_AHostWantsTokensOrAWord(string arguments, string about)
    {
        var words = arguments.Split(' ');
        Assert.Null(CommandLine.Parse(words, out var error));
        Assert.Contains(about, error, StringComparison.Ordinal);
        Assert.Contains("--tokens", error, StringComparison.Ordinal);
        Assert.Contains("--insecure", error, StringComparison.Ordinal);
        Assert.NotNull(CommandLine.Parse([.. words, "--tokens", "file"], out _));
        Assert.NotNull(CommandLine.Parse([.. words, "--insecure"], out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("--listen=127.0.0.2")]
    [InlineData("--listen=::1")]
    [InlineData("--urls=http://localhost:1;http://[::1]:2;http://127.0.0.1:3")]
    public void OnLoopback_ItNeedsNothing(string argument) => Assert.NotNull(CommandLine.Parse(argument.Length == 0 ? [] : [argument], out _));

    [Theory]
    [InlineData("--listen here", "--listen here")]
    [InlineData("--tokens= ", "--tokens")]
    [InlineData("--https-key key", "--https-certificate and --https-key")]
    [InlineData("--urls https://127.0.0.1:1", "needs --https-certificate")]
    public void ABadOption_IsNamed(string arguments, string about)
    {
        Assert.Null(CommandLine.Parse(arguments.Split(' '), out var error));
        Assert.Contains(about, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--listen=::1", "http://[::1]:8080")]
    [InlineData("--listen=127.0.0.2", "http://127.0.0.2:8080")]
    [InlineData("--https-certificate=c", "https://127.0.0.1:8080")]
    public void TheAddress_IsWhatWasAskedFor(string argument, string address) =>
        Assert.Equal(address, CommandLine.Parse(argument.StartsWith("--https", StringComparison.Ordinal) ? [argument, "--https-key", "k"] : [argument], out _)!.Address);
}
