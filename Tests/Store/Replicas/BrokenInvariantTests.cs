using System.Buffers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Replicas;
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
        var fatal = new FatalErrors();
        await using var cluster = await StoreCluster.Start(silos: 1, configure: (_, silo) => silo.Services.AddSingleton<IFatalErrorHandler>(fatal));
        var silo = cluster.Silos[0];
        var service = cluster.Service<ReplicaServiceClient>(silo).On(silo.SiloAddress);
        var store = cluster.NodeOf(silo).Store.Value;

        Assert.Equal(DeliveryStatus.Delivered, (await service.Deliver(store, Accept("1"))).Status);
        // The same again is harmless.
        Assert.Equal(DeliveryStatus.Delivered, (await service.Deliver(store, Accept("1"))).Status);
        Assert.False(fatal.Raised.IsCompleted);

        var broken = await service.Deliver(store, Accept("2"));
        Assert.Equal((DeliveryStatus.Closed, null), (broken.Status, broken.Frame));
        Assert.IsType<InvariantViolationException>(await fatal.Raised.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(DeliveryStatus.Closed, (await service.Deliver(store, Accept("1"))).Status);
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
