using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Slots;

/// <summary>When a copy says that it has come to another version: what those who watch a key go by where nobody tells them what is committed.</summary>
public sealed class NewVersionTests
{
    private static readonly Key A = SlotKeys.All[0];

    private readonly SlotRegisters _slot = SlotKeys.New();

    private bool Accept(long number, long version) =>
        _slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(number), Samples.State(version))).NewVersion;

    [Fact]
    public void AcceptOfAnotherVersion_SaysSo_UpAndDown()
    {
        Assert.True(Accept(1, 5));
        Assert.True(Accept(2, 6));
        // A state on a minority that never came to be, and another branch after it.
        Assert.True(Accept(3, 5));
        Assert.True(Accept(4, 6));
    }

    [Fact]
    public void SameVersionAgain_RefusalsPromisesAndReads_SayNothing()
    {
        Accept(4, 5);
        Assert.False(Accept(4, 5));
        Assert.False(Accept(5, 5));
        Assert.False(Accept(1, 9));
        Assert.False(_slot.Handle(SlotKeys.Map, SlotKeys.Prepare(A, Samples.Ballot(8))).NewVersion);
        Assert.False(_slot.Handle(SlotKeys.Map, new ReadRequest(A, SlotKeys.Map.Epoch, 1, Ballot.Zero)).NewVersion);
    }

    [Fact]
    public void NoRoom_SaysNothing() =>
        Assert.False(_slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(1), Samples.State(1)), mayGrow: false).NewVersion);
}
