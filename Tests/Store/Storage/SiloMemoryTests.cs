using System.Buffers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Changes;
using Orleans.Kv.Grains.Pending;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Storage;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Replicas;
using Orleans.Kv.Interfaces.Topology;
using Orleans.Kv.Tests.Store.Clusters;
using Request = Orleans.Kv.Consensus.Request;

namespace Orleans.Kv.Tests.Store.Storage;

/// <summary>One host after another on one memory: what the former one has done binds the next one, and it does nothing any more.</summary>
public sealed class SiloMemoryTests : IAsyncLifetime, IDisposable
{
    private static readonly Epoch First = Epoch.None.Next();
    private static readonly Key SomeKey = Key.From("kept");

    private readonly StallingStorage _storage = new();
    private readonly SiloMemory _memory;
    private StoreCluster _cluster = null!;

    public SiloMemoryTests() => _memory = new SiloMemory(_storage);

    // On the same storage, so that the store is a member of the map that the replicas here go by.
    public async Task InitializeAsync() =>
        _cluster = await StoreCluster.Start(silos: 1, configure: (_, silo) => silo.Services.AddSingleton<IRegisterStorage>(_storage));

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    public void Dispose() => _memory.Dispose();

    [Fact]
    public async Task NextHost_HasTheRegistersAndTheStore_AndKeepsThePromisesOfTheFormer()
    {
        var former = NewHost();
        Assert.IsType<AcceptedReply>(await Answer(former, Accept(number: 5, "1")));
        await _memory.Release();

        var next = NewHost();
        Assert.Equal(former.Store, next.Store);
        Assert.True(next.TryGet(SomeKey, out var register));
        Assert.Equal("1", Encoding.UTF8.GetString(register.State!.Value.Span));
        Assert.Equal(1, next.Status.Keys);
        Assert.IsType<RefusedReply>(await Answer(next, new PrepareRequest(SomeKey, First, 2, BallotOf(4))));
    }

    [Fact]
    public async Task FormerHost_AfterTheRelease_AnswersNothing_AndChangesNothing()
    {
        var former = NewHost();
        Assert.IsType<AcceptedReply>(await Answer(former, Accept(number: 5, "1")));
        await _memory.Release();
        Assert.Null(await Answer(former, Accept(number: 6, "2")));

        var next = NewHost();
        Assert.Null(await Answer(former, Accept(number: 7, "3")));
        Assert.Null(await former.Handle(new PrepareRequest(SomeKey, First, 3, BallotOf(8))));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await former.Wipe());
        former.Follow();

        Assert.True(next.TryGet(SomeKey, out var register));
        Assert.Equal((BallotOf(5), BallotOf(5)), (register.Accepted, register.Promised));
        Assert.IsType<AcceptedReply>(await Answer(next, Accept(number: 6, "2")));
    }

    [Fact]
    public async Task Release_WaitsForTheLog()
    {
        var former = NewHost();
        _storage.Stall();
        var saving = Answer(former, Accept(number: 5, "1"));
        var released = _memory.Release();
        Assert.False(saving.IsCompleted);
        Assert.False(released.IsCompleted);

        _storage.Resume();
        await released.WaitAsync(TimeSpan.FromSeconds(10));
        // Computed while the host was in force, and durable by now: true, whoever hears it.
        Assert.IsType<AcceptedReply>(await saving.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void ProposersOfTwoHosts_NeverShareAnId()
    {
        var ids = new HashSet<ProposerId>();
        for (var i = 0; i < 100; i++)
        {
            _ = NewHost();
            Assert.True(ids.Add(_memory.NewProposer()));
        }
    }

    [Fact]
    public void PendingWrites_AreTheSameForEveryHost()
    {
        Assert.Same(_memory.Pending(Make), _memory.Pending(Make));

        static PendingStore Make() => new(Options.Create(new PendingOptions()), TimeProvider.System);
    }

    [Fact]
    public async Task IsolatedAuthority_TellsWhatWasKnownLast_WithItsOwnAddress_AndChangesNothing()
    {
        // The memory of the silo, which has learned the map.
        var memory = _cluster.Service<SiloMemory>(_cluster.Silos[0]);
        var topology = _cluster.Service<TopologyAgent>(_cluster.Silos[0]);
        var isolated = new IsolatedMapAuthority(memory);
        var known = await isolated.Read(default);
        Assert.Equal(topology.View.Epoch.Number, known.Epoch);
        Assert.Equal(ClusterMapCodec.ToArray(topology.View.Map!), known.Map.ToArray());

        var self = Assert.Single(known.Nodes);
        var elsewhere = SiloAddress.New(self.Silo.Endpoint, self.Silo.Generation + 1);
        await isolated.Register(new NodeRecord(self.Name, self.Store, elsewhere), default);
        Assert.Equal(self with { Silo = elsewhere }, Assert.Single((await isolated.Read(default)).Nodes));
        Assert.Equal(self, Assert.Single((await _cluster.Authority.Read(default)).Nodes));

        await Assert.ThrowsAsync<IOException>(async () => await isolated.TryInstall(known.Map, known.Epoch + 1, known.Epoch, [], default));
        await Assert.ThrowsAsync<IOException>(async () => await isolated.SetDraining(self.Name, self.Store, true, default));
        Assert.True(isolated.IsIsolated);
        Assert.False(((IMapAuthority)_cluster.Authority).IsIsolated);
    }

    /// <summary>A replica as a new host has it, by the map of a real silo.</summary>
    private Replica NewHost() =>
        new(_memory, _cluster.Service<TopologyAgent>(_cluster.Silos[0]), _cluster.Service<ChangeFeed>(_cluster.Silos[0]), Options.Create(new ReplicaOptions { Shards = 2 }), new NoFatalErrors(), NullLogger<Replica>.Instance);

    private async Task<Reply?> Answer(Replica replica, Request request)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameCodec.WriteRequests(output, [new RequestEnvelope(1, request)]);
        var delivered = await replica.Handle(_storage.Store.Value, output.WrittenSpan.ToArray());
        Assert.Equal(DeliveryStatus.Delivered, delivered.Status);
        var replies = new List<ReplyEnvelope>();
        FrameCodec.ReadReplies(delivered.Frame, FrameOwnership.Owned, replies);
        return replies.Count == 0 ? null : replies[0].Reply;
    }

    private static AcceptRequest Accept(long number, string value)
    {
        var state = new RegisterState(
            isTombstone: false, Encoding.UTF8.GetBytes(value), ContentTypes.Json, 1, new HybridTimestamp(1), HybridTimestamp.Zero, new HybridTimestamp(1), OperationMemory.Empty);
        return new AcceptRequest(SomeKey, First, 1, BallotOf(number), state, BallotOf(number));
    }

    private static Ballot BallotOf(long number) => new(First, number, new ProposerId(7, 7));

    private sealed class NoFatalErrors : IFatalErrorHandler
    {
        public bool IsUnexpected(Exception exception) => true;

        public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null) => Assert.Fail($"{context}: {exception}");
    }
}
