using Orleans.Kv.Api.Cluster;
using Orleans.Kv.Interfaces.Cluster;

namespace Orleans.Kv.Tests.Api.Cluster;

public sealed class ClusterViewTests
{
    private readonly ManualTime _time = new();
    private readonly ClusterView _view;

    public ClusterViewTests() => _view = new ClusterView(_time);

    [Fact]
    public void WithoutAnAnswer_ThereIsNoPicture() => Assert.Null(_view.Merge());

    [Fact]
    public void EachSilosKeysAreItsOwn_AndPendingPushesAddUp()
    {
        _view.Add(Status("silo-1", 3, Node("silo-1", keys: 10), Node("silo-2", keys: -1, pending: 4)));
        _view.Add(Status("silo-2", 3, Node("silo-1", keys: -1, pending: 1), Node("silo-2", keys: 20)));
        _view.Add(Status("silo-3", 3, Node("silo-1", keys: -1), Node("silo-2", keys: -1, pending: 5)));

        var nodes = _view.Merge()!.Nodes;
        Assert.Equal([("silo-1", 10L, 1L), ("silo-2", 20L, 9L)], nodes.Select(node => (node.Name, node.Keys, node.Pending)));
    }

    [Fact]
    public void TheFurthestEpoch_IsThePicture()
    {
        _view.Add(Status("silo-1", 4, Node("silo-1"), Node("silo-2")));
        _view.Add(Status("silo-2", 3, Node("silo-1"), Node("silo-2"), Node("silo-3")));

        var status = _view.Merge()!;
        Assert.Equal((4L, 2), (status.Epoch, status.Nodes.Length));
    }

    [Fact]
    public void AnotherStoreUnderTheSameName_DoesNotLendItsKeys()
    {
        _view.Add(Status("silo-1", 3, Node("silo-1"), Node("silo-2", store: "old")));
        _view.Add(Status("silo-2", 2, Node("silo-2", keys: 7, store: "new")));

        Assert.Equal(-1, _view.Merge()!.Nodes.Single(node => node.Name == "silo-2").Keys);
    }

    [Fact]
    public void ASiloThatFellSilent_IsHeardNoLonger()
    {
        _view.Add(Status("silo-1", 4, Node("silo-1")));
        _time.Advance(TimeSpan.FromSeconds(4));
        _view.Add(Status("silo-2", 3, Node("silo-1")));
        Assert.Equal(4, _view.Merge()!.Epoch);

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(3, _view.Merge()!.Epoch);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Null(_view.Merge());
    }

    [Fact]
    public void AmongEqualEpochs_WhoReachesMostIsThePicture()
    {
        _view.Add(Status("silo-1", 3, Node("silo-1"), Node("silo-2", since: 5), Node("silo-3", since: 5)));
        _view.Add(Status("silo-2", 3, Node("silo-1", since: 7), Node("silo-2"), Node("silo-3")));

        Assert.Equal([("silo-1", 7L), ("silo-2", 0L), ("silo-3", 0L)], _view.Merge()!.Nodes.Select(node => (node.Name, node.UnreachableSince)));
    }

    [Fact]
    public void WhatASiloSaidBeforeItFellSilent_IsNotThePicture_ThoughItReachedMoreThen()
    {
        _view.Add(Status("silo-3", 3, Node("silo-1"), Node("silo-2"), Node("silo-3")));
        _time.Advance(TimeSpan.FromSeconds(1.5));
        _view.Add(Status("silo-1", 3, Node("silo-1"), Node("silo-2"), Node("silo-3", since: 5)));

        Assert.Equal([0L, 0L, 5L], _view.Merge()!.Nodes.Select(node => node.UnreachableSince));
    }

    [Fact]
    public void PendingWrites_AreWhatTheSiloSaysOfItself()
    {
        _view.Add(Status("silo-1", 3, Node("silo-1", writes: 4), Node("silo-2", writes: 9)));

        Assert.Equal([4L, -1L], _view.Merge()!.Nodes.Select(node => node.PendingWrites));
    }

    [Fact]
    public void Version_IsWhatTheSiloSaysOfItself_ElseWhatAnotherOneHasHeard()
    {
        _view.Add(Status("silo-1", 3, Node("silo-1", version: "2"), Node("silo-2", version: "1"), Node("silo-3", version: "1"), Node("silo-4")));
        _view.Add(Status("silo-2", 3, Node("silo-1", version: "1"), Node("silo-2", version: "2"), Node("silo-3"), Node("silo-4")));

        Assert.Equal(["2", "2", "1", null], _view.Merge()!.Nodes.Select(node => node.Version));
    }

    private static ClusterStatus Status(string silo, long epoch, params NodeStatus[] nodes) =>
        new() { Silo = silo, Epoch = epoch, Mode = 1, Nodes = nodes };

    private static NodeStatus Node(string name, long keys = -1, long pending = 0, string store = "s", long since = 0, long writes = 0, string? version = null) =>
        new() { Name = name, Store = store, State = NodeState.InSync, Keys = keys, Pending = pending, Member = true, UnreachableSince = since, PendingWrites = writes, Version = version };
}
