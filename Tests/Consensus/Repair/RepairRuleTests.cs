using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Repair;

public sealed class RepairRuleTests
{
    private static readonly RegisterState True = Samples.State(1, "true");
    private static readonly RegisterState Flipped = Samples.State(1, "trve");
    private static readonly RegisterState Other = Samples.State(1, "else");

    /// <summary>
    /// One letter per replica: t true, f flipped since it was accepted, w wrong and consistent with its hash, o another wrong one, h true with a damaged hash, s silent as it knows that it is corrupt.
    /// </summary>
    [Theory]
    [InlineData(3, "ttf", "true")]
    [InlineData(3, "ttw", "true")]
    [InlineData(3, "tts", "true")]
    [InlineData(3, "tth", "true")]
    [InlineData(3, "tww", "wrong")]
    [InlineData(3, "tff", "true")]
    [InlineData(3, "fsw", "nobody can tell")]
    [InlineData(3, "two", "nobody can tell")]
    [InlineData(3, "tf", "true")]
    [InlineData(3, "tss", "true")]
    [InlineData(3, "tw", "nobody can tell")]
    [InlineData(3, "fs", "nobody can tell")]
    [InlineData(2, "tf", "true")]
    [InlineData(2, "ft", "true")]
    [InlineData(2, "st", "true")]
    [InlineData(2, "th", "true")]
    [InlineData(2, "fw", "wrong")]
    [InlineData(2, "tw", "nobody can tell")]
    [InlineData(2, "fs", "nobody can tell")]
    [InlineData(1, "s", "nobody can tell")]
    public void Verdict(int replicas, string copies, string expected)
    {
        var verdict = RepairRule.Decide(replicas, copies.Select(static (letter, index) => Copy(letter, index)).ToArray());
        Assert.Equal(expected, verdict is null ? "nobody can tell" : verdict.Equals(True) ? "true" : "wrong");
    }

    [Fact]
    public void WhatIsNotTheTruth_IsReplaced_AndWhatIsWell_IsNot()
    {
        Assert.False(RepairRule.Replaces(True, Copy('t', 0)));
        foreach (var letter in "fwohs")
            Assert.True(RepairRule.Replaces(True, Copy(letter, 0)), letter.ToString());
    }

    private static StateCopy Copy(char letter, int index)
    {
        var node = Maps.Node("n" + (char)('0' + index));
        return letter switch
        {
            't' => new StateCopy(node, True.Hash, True),
            'f' => new StateCopy(node, True.Hash, Flipped),
            'w' => new StateCopy(node, Flipped.Hash, Flipped),
            'h' => new StateCopy(node, True.Hash ^ 4, True),
            'o' => new StateCopy(node, Other.Hash, Other),
            _ => new StateCopy(node, True.Hash, null),
        };
    }
}
