using Orleans.Kv.Api.Cluster;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Replication;
using Orleans.Kv.Tests.Api.Routing;

namespace Orleans.Kv.Tests.Api.Cluster;

public sealed class NodeSynchronyTests
{
    [Fact]
    public async Task WhatItsGrainSays_IsSaid()
    {
        var node = await AskAsync(Status("silo-1"), () => Replication(inSync: true));

        Assert.Equal((true, null, NodeState.InSync), (node.IsInSync, node.Reason, node.State));
    }

    [Fact]
    public async Task NotInSync_CarriesTheReason()
    {
        var node = await AskAsync(Status("silo-1"), () => Replication(inSync: false, reason: "3 keys are owed to it"));

        Assert.Equal((false, "3 keys are owed to it"), (node.IsInSync, node.Reason));
    }

    [Fact]
    public async Task AGrainThatDoesNotAnswer_IsNotInSync_AndSaysSo()
    {
        var node = await AskAsync(Status("silo-1", NodeState.Partitioned), () => throw new TimeoutException());

        Assert.Equal((false, NodeState.Partitioned), (node.IsInSync, node.State));
        Assert.Contains("no answer within 2 s", node.Reason, StringComparison.Ordinal);
        Assert.Null(node.Replication);
    }

    [Fact]
    public async Task AnAnswerAboutAnotherStoreOfThatName_IsNoAnswer()
    {
        var node = await AskAsync(Status("silo-1"), () => Replication(inSync: true, store: "another"));

        Assert.False(node.IsInSync);
        Assert.Contains("another store", node.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NodeState.Draining, true, false)]
    [InlineData(NodeState.Draining, false, true)]
    [InlineData(NodeState.Joining, false, false)]
    public async Task OnlyADrainedNodeOutsideTheMap_DoesNotCountAgainstTheCluster(NodeState state, bool member, bool drained)
    {
        var node = await AskAsync(Status("silo-1", state, member), () => Replication(inSync: false));

        Assert.Equal(drained, node.IsDrained);
    }

    [Fact]
    public async Task ANodeThatIsCutOff_IsPartitioned_WhateverItsGrainKnew()
    {
        var since = new DateTimeOffset(2026, 11, 21, 12, 0, 1, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var node = await AskAsync(
            new NodeStatus { Name = "silo-1", Store = "store", State = NodeState.Partitioned, Member = true, UnreachableSince = since }, () => Replication(inSync: true));

        Assert.Equal((false, NodeState.Partitioned), (node.IsInSync, node.State));
        Assert.Equal("it cannot be reached since 2026-11-21T12:00:01.000Z", node.Reason);
    }

    [Fact]
    public async Task ANodeWithPendingWrites_IsNotInSync_ThoughNothingIsOwedToIt()
    {
        var node = await AskAsync(
            new NodeStatus { Name = "silo-1", Store = "store", State = NodeState.InSync, Member = true, PendingWrites = 3 }, () => Replication(inSync: true));

        Assert.False(node.IsInSync);
        Assert.StartsWith("3 writes", node.Reason, StringComparison.Ordinal);
    }

    private static Task<NodeSynchrony> AskAsync(NodeStatus node, Func<ReplicationStatus> answer) =>
        NodeSynchrony.AskAsync(new FakeCluster { Replication = _ => answer() }, node, TimeProvider.System);

    private static NodeStatus Status(string name, NodeState state = NodeState.InSync, bool member = true) =>
        new() { Name = name, Store = "store", State = state, Member = member };

    private static ReplicationStatus Replication(bool inSync, string? reason = null, string store = "store") => new()
    {
        Name = "silo-1", Store = store, State = NodeState.InSync, InSync = inSync, Reason = reason, Pending = 0, PendingSlots = 0, Bytes = 0,
    };
}
