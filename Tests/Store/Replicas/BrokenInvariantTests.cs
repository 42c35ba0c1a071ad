using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Changes;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Storage;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Replicas;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Replicas;

public sealed class BrokenInvariantTests
{
    private static readonly Epoch First = Epoch.None.Next();
    private static readonly Ballot Ballot = new(First, 1, new ProposerId(7, 7));

    [Fact]
    public async Task TwoStatesUnderOneBallot_SilenceTheReplicaForGood_AndHaveTheNodeStopped()
    {
        // The replica of a real silo, but with a handler that does not stop this process.
        await using var cluster = await StoreCluster.Start(silos: 1);
        var fatal = new FatalErrors();
        var storage = cluster.Service<IRegisterStorage>(cluster.Silos[0]);
        var topology = cluster.Service<TopologyAgent>(cluster.Silos[0]);
        var service = new Replica(new SiloMemory(storage), topology, new ChangeFeed(TimeProvider.System, new ChangeCounters(), NullLogger<ChangeFeed>.Instance), Options.Create(new ReplicaOptions()), fatal, NullLogger<Replica>.Instance);
        var store = storage.Store.Value;

        Assert.Equal(DeliveryStatus.Delivered, (await service.Handle(store, Accept("1"))).Status);
        // The same again is harmless.
        Assert.Equal(DeliveryStatus.Delivered, (await service.Handle(store, Accept("1"))).Status);
        Assert.False(fatal.Raised.IsCompleted);

        var broken = await service.Handle(store, Accept("2"));
        Assert.Equal((DeliveryStatus.Closed, null), (broken.Status, broken.Frame));
        Assert.IsType<InvariantViolationException>(await fatal.Raised.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(DeliveryStatus.Closed, (await service.Handle(store, Accept("1"))).Status);
    }

    private static byte[] Accept(string value)
    {
        var state = new RegisterState(
            isTombstone: false, Encoding.UTF8.GetBytes(value), ContentTypes.Json, 1, new HybridTimestamp(1), HybridTimestamp.Zero, new HybridTimestamp(1), OperationMemory.Empty);
        var output = new ArrayBufferWriter<byte>();
        FrameCodec.WriteRequests(output, [new RequestEnvelope(0, new AcceptRequest(Key.From("broken"), First, 1, Ballot, state, Ballot))]);
        return output.WrittenSpan.ToArray();
    }

    private sealed class FatalErrors : IFatalErrorHandler
    {
        private readonly TaskCompletionSource<Exception?> _raised = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Exception?> Raised => _raised.Task;

        public bool IsUnexpected(Exception exception) => true;

        public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null) => _raised.TrySetResult(exception);
    }
}
