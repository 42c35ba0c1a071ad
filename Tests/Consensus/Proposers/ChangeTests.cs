using System.Text;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Proposers;

/// <summary>What a proposer says is committed, while somebody watches.</summary>
public sealed class ChangeTests
{
    private static readonly ClusterMap Map = Maps.Stable(WriteQuorum.Majority, 3);
    private static readonly Placement Placement = Map[Samples.Key];

    private readonly Register[] _registers = new Register[3];
    private readonly List<KeyChange> _told = [];
    private long _now = 1_000;
    private long _number;
    private ulong _hosts;

    private Moment Now => new(_now, _now);

    private Proposer Create(bool watched = true, Faults faults = Faults.None)
    {
        var id = new ProposerId(++_hosts, 1);
        return new Proposer(Samples.Key, id, Map, Placement.Nodes[0], new ProposerOptions(), seed: 1, faults) { ReportsChanges = watched };
    }

    private Operation New(OperationKind kind, string? value = null, string? expect = null, int ttl = 0, long? ifVersion = null) => new()
    {
        Id = new OperationId(new OriginId(0, 1), ++_number),
        Kind = kind,
        Value = value is null ? default : Encoding.UTF8.GetBytes(value),
        Expect = expect is null ? null : Encoding.UTF8.GetBytes(expect),
        TimeToLive = TimeSpan.FromMilliseconds(ttl),
        IfVersion = ifVersion,
    };

    private void Submit(Proposer proposer, params Operation[] operations)
    {
        foreach (var operation in operations)
            proposer.Submit(operation, null, _now + 100_000, Now);
    }

    /// <summary>Carries messages to the nodes that are named, until there are none left; the rest are lost.</summary>
    private void Run(Proposer proposer, int nodes = 3)
    {
        while (true)
        {
            foreach (ref readonly var change in proposer.Effects.Changes)
                _told.Add(change);
            var sends = proposer.Effects.Sends.ToArray();
            proposer.Effects.Clear();
            if (sends.Length == 0)
                return;
            foreach (var send in sends)
            {
                if (Placement.IndexOf(send.Node) < nodes)
                    Deliver(proposer, send);
            }
        }
    }

    private void Deliver(Proposer proposer, Send send)
    {
        var index = Placement.IndexOf(send.Node);
        var step = Acceptor.Handle(Map, _registers[index], default, send.Request);
        _registers[index] = step.Register;
        proposer.Receive(send.Node, step.Reply!, Now);
    }

    private string Told => string.Join(' ', _told.Select(Show));

    private static string Show(KeyChange change)
    {
        var content = !change.IsTombstone ? Encoding.UTF8.GetString(change.Value.Span) : change.IsLapsed ? "lapsed" : "deleted";
        return $"{change.Previous}>{change.Version}:{content}";
    }

    [Fact]
    public void Unwatched_TellsNothing()
    {
        var proposer = Create(watched: false);
        Submit(proposer, New(OperationKind.Store, "a"), New(OperationKind.Store, "b"));
        Run(proposer);
        Assert.Equal(2, proposer.KnownState!.Version);
        Assert.Empty(_told);
    }

    [Fact]
    public void VersionsOfAFoldedRound_AreToldOneByOne_WithTheStampOfTheirCommit()
    {
        var proposer = Create();
        // The first begins a round; the others are the next one together.
        Submit(proposer, New(OperationKind.Store, "a"), New(OperationKind.Update, "b"), New(OperationKind.TestAndSet, "c", "b"), New(OperationKind.Delete), New(OperationKind.Store, "d"));
        Run(proposer);
        Assert.Equal("0>1:a 1>2:b 2>3:c 3>4:deleted 4>5:d", Told);
        Assert.Equal(proposer.KnownState!.Stamp, _told[^1].Stamp);
        Assert.All(_told, static change => Assert.NotEqual(HybridTimestamp.Zero, change.Stamp));
    }

    [Fact]
    public void WhatChangesNoVersion_IsNoChange()
    {
        var proposer = Create();
        Submit(proposer, New(OperationKind.Fetch));
        Run(proposer);
        Submit(proposer, New(OperationKind.Store, "a"));
        Run(proposer);
        Submit(proposer, New(OperationKind.TestAndSet, "x", "b"), New(OperationKind.Store, "x", ifVersion: 7), New(OperationKind.Fetch));
        Run(proposer);
        proposer.Settle(null, _now + 1_000, Now);
        Run(proposer);
        Assert.Equal("0>1:a", Told);
    }

    [Fact]
    public void ValueThatRunsOut_IsTold_EvenInTheMiddleOfARound()
    {
        var proposer = Create();
        Submit(proposer, New(OperationKind.Store, "a", ttl: 50));
        Run(proposer);
        _now += 100;
        Submit(proposer, New(OperationKind.Store, "b"));
        Run(proposer);
        Assert.Equal("0>1:a 1>2:lapsed 2>3:b", Told);
        Assert.Equal(_told[0].Modified.Plus(TimeSpan.FromMilliseconds(50)), _told[0].Expiry);
        Assert.Equal(_told[0].Modified, _told[1].Modified);
    }

    [Fact]
    public void Touch_IsAChange()
    {
        var proposer = Create();
        Submit(proposer, New(OperationKind.Store, "a"));
        Run(proposer);
        Submit(proposer, New(OperationKind.Touch, ttl: 500));
        Run(proposer);
        Assert.Equal("0>1:a 1>2:a", Told);
        Assert.NotEqual(HybridTimestamp.Zero, _told[1].Expiry);
    }

    /// <summary>Whatever kinds of operations there are or will be: the last version told is the state's, with its content, and none is left out.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AnyOperations_LeaveNoVersionUntold(int seed)
    {
        var random = new Random(seed);
        var proposer = Create();
        for (var round = 0; round < 300; round++)
        {
            _now += random.Next(40);
            var operations = Enumerable.Range(0, 1 + random.Next(6)).Select(_ => Any(random)).ToArray();
            Submit(proposer, operations);
            Run(proposer);
            var state = proposer.KnownState!;
            Assert.Equal(Enumerable.Range(1, (int)state.Version).Select(static version => (long)version), _told.Select(static change => change.Version));
            if (_told.Count > 0 && state.Version > 0)
                Assert.Equal(KeyChange.Of(state) with { Previous = state.Version - 1, Stamp = default, Value = default }, _told[^1] with { Stamp = default, Value = default });
            Assert.True(_told.Count == 0 || _told[^1].Value.Span.SequenceEqual(state.Value.Span));
        }

        Assert.True(_told.Count > 300);
    }

    private Operation Any(Random random)
    {
        var kinds = Enum.GetValues<OperationKind>().Where(static kind => kind is not (OperationKind.Merge or OperationKind.Resolve)).ToArray();
        if (random.Next(5) == 0)
        {
            var write = new PendingWrite
            {
                Key = Samples.Key,
                Stamp = new WriteStamp(HybridTimestamp.FromUnixMilliseconds(_now - random.Next(60)).Next(), "s" + random.Next(3)),
                Base = WriteStamp.None,
                Seen = [],
                OperationId = new OperationId(new OriginId(0, 1), ++_number),
                Deadline = HybridTimestamp.Max,
                Kind = OperationKind.Store,
                Value = Encoding.UTF8.GetBytes("m"),
                ContentType = null,
                // Some are merged after they have run out: two versions by one operation.
                Expiry = random.Next(3) == 0 ? HybridTimestamp.FromUnixMilliseconds(_now - random.Next(20)) : HybridTimestamp.Zero,
            };
            return write.ToMerge();
        }

        return New(kinds[random.Next(kinds.Length)], "v" + random.Next(3), random.Next(2) == 0 ? null : "v" + random.Next(3), random.Next(3) == 0 ? 1 + random.Next(60) : 0);
    }

    [Fact]
    public void NothingIsTold_BeforeAQuorumHasIt()
    {
        var proposer = Create();
        Submit(proposer, New(OperationKind.Store, "a"));
        Run(proposer, nodes: 1);
        Assert.Empty(_told);
        _now += 500;
        proposer.Tick(Now);
        _now += 500;
        proposer.Tick(Now);
        Run(proposer);
        Assert.Equal("0>1:a", Told);
    }

    /// <summary>A proposer died with its Accept on one node. Who brings it to the others tells of it.</summary>
    [Fact]
    public void HalfAcceptedStateOfAnother_IsToldByWhoCommitsIt()
    {
        var dead = Create();
        Submit(dead, New(OperationKind.Store, "a"));
        foreach (var send in dead.Effects.Sends.ToArray())
            Deliver(dead, send);
        var accept = dead.Effects.Sends.ToArray().First(static send => send.Request is AcceptRequest);
        Deliver(dead, accept);
        Assert.Empty(dead.Effects.Changes.ToArray());

        var next = Create();
        Submit(next, New(OperationKind.Store, "b"));
        // Two nodes alone, of which one has it: the other two could make another version 1 of their own.
        while (!next.IsIdle)
        {
            Run(next, nodes: 2);
            _now += 100;
            next.Tick(Now);
        }

        Assert.Equal("-1>1:a 1>2:b", Told);
    }

    [Fact]
    public void CommittedStateOfAnother_IsToldByWhoReadsIt_Once()
    {
        var dead = Create(watched: false);
        Submit(dead, New(OperationKind.Store, "a"));
        Run(dead);
        var reader = Create();
        Submit(reader, New(OperationKind.Fetch));
        Run(reader);
        Submit(reader, New(OperationKind.Fetch));
        Run(reader);
        Assert.Equal("-1>1:a", Told);
    }

    [Fact]
    public void TombstoneThatOnlyCarriesAFloor_IsNoChange()
    {
        _registers.AsSpan().Fill(new Register(Samples.Ballot(4, 9), Samples.Ballot(3, 9), RegisterState.FloorTombstone(9, default, default, OperationMemory.Empty)));
        var proposer = Create();
        Submit(proposer, New(OperationKind.Fetch));
        Run(proposer);
        Submit(proposer, New(OperationKind.Store, "a"));
        Run(proposer);
        Assert.Equal("9>10:a", Told);
    }

    [Fact]
    public void WhoBeginsToWatchDuringARound_IsToldWhatItEndsWith()
    {
        var proposer = Create(watched: false);
        Submit(proposer, New(OperationKind.Store, "a"), New(OperationKind.Store, "b"));
        foreach (var send in proposer.Effects.Sends.ToArray())
            Deliver(proposer, send);
        Assert.Contains(proposer.Effects.Sends.ToArray(), static send => send.Request is AcceptRequest);
        proposer.ReportsChanges = true;
        Run(proposer);
        Assert.Equal("-1>2:b", Told);
    }

    [Fact]
    public void WatchThatEndsDuringARound_IsToldNothing()
    {
        var proposer = Create();
        Submit(proposer, New(OperationKind.Store, "a"));
        foreach (var send in proposer.Effects.Sends.ToArray())
            Deliver(proposer, send);
        proposer.ReportsChanges = false;
        Run(proposer);
        Submit(proposer, New(OperationKind.Store, "b"));
        Run(proposer);
        Assert.Empty(_told);
    }

    [Fact]
    public void FetchOfNothing_SaysWhatThereIsInstead()
    {
        var proposer = Create();
        Outcome Fetch()
        {
            Submit(proposer, New(OperationKind.Fetch));
            Outcome? outcome = null;
            while (outcome is null)
            {
                var sends = proposer.Effects.Sends.ToArray();
                outcome = proposer.Effects.Answers.IsEmpty ? null : proposer.Effects.Answers[0].Outcome;
                proposer.Effects.Clear();
                foreach (var send in sends)
                    Deliver(proposer, send);
            }

            return outcome;
        }

        Assert.Equal(Outcome.NotFound.Instance, Fetch());
        Submit(proposer, New(OperationKind.Store, "a"), New(OperationKind.Delete));
        Run(proposer);
        Assert.Equal((2, false), Assert.IsType<Outcome.NotFound>(Fetch()) is var deleted ? (deleted.Version, deleted.IsLapsed) : default);
        Submit(proposer, New(OperationKind.Store, "a", ttl: 10));
        Run(proposer);
        _now += 20;
        // The first finds it due and has a tombstone committed, the second reads that.
        Assert.Equal((4, true), Assert.IsType<Outcome.NotFound>(Fetch()) is var lapsed ? (lapsed.Version, lapsed.IsLapsed) : default);
        Assert.Equal((4, true), Assert.IsType<Outcome.NotFound>(Fetch()) is var read ? (read.Version, read.IsLapsed) : default);
    }
}
