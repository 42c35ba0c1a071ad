using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Coordination;
using Orleans.Kv.Interfaces.Listing;
using Orleans.Kv.Interfaces.Monitoring;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Interfaces.Replication;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Tests.Api.Routing;

/// <summary>Silos whose every answer a test gives by hand, in the order it likes.</summary>
internal sealed class FakeCluster : ICluster
{
    private readonly Lock _lock = new();
    private readonly List<Call> _calls = [];

    public bool IsConnected { get; set; } = true;

    public long? WithoutGatewayFor { get; set; }

    public int Coordinators { get; init; } = 4;

    public Func<string, ReplicationStatus> Replication { get; init; } = _ => throw new NotSupportedException();

    /// <summary>Answers every operation, where a test does not want to do it by hand.</summary>
    public Func<OperationRequest, OperationReply>? Reply { get; set; }

    public Func<int, int, ValueTask<ModeReply>> Mode { get; set; } = (_, _) => throw new NotSupportedException();

    public Func<int, string?, int, ValueTask<ConflictPage>> Conflicts { get; set; } = (_, _, _) => throw new NotSupportedException();

    public Func<int, string, ValueTask<ConflictDeletion>> ConflictDeletions { get; set; } = (_, _) => throw new NotSupportedException();

    public Func<int, KeyListRequest, ValueTask<KeyPage>> KeyPages { get; set; } = (_, _) => throw new NotSupportedException();

    public Func<int, BatchRequest, ValueTask<BatchReply>> Batch { get; set; } = (_, _) => throw new NotSupportedException();

    public Func<int, ValueTask<ClusterStatus>>? Status { get; set; }

    public Action<int> Readdressed { get; set; } = _ => { };

    public Func<int, ValueTask<MonitoringReport>> Reports { get; set; } = _ => ValueTask.FromResult(new MonitoringReport { Silos = [], Unasked = [] });

    /// <summary>Every call so far, answered or not.</summary>
    public IReadOnlyList<Call> Calls
    {
        get
        {
            lock (_lock) return [.. _calls];
        }
    }

    public void Readdress(int coordinator) => Readdressed(coordinator);

    public ValueTask<OperationReply> ExecuteAtKeyGrain(KeyRoute route, OperationRequest request) => Add(null, route, request);

    public ValueTask<OperationReply> ExecuteAtCoordinator(int coordinator, KeyRoute route, OperationRequest request) => Add(coordinator, route, request);

    public ValueTask<BatchReply> ExecuteBatch(int coordinator, BatchRequest batch) => Batch(coordinator, batch);

    public ValueTask<ClusterStatus> GetStatus(int coordinator) => Status is { } status ? status(coordinator) : throw new NotSupportedException();

    public ValueTask<ModeReply> SetMode(int coordinator, int mode) => Mode(coordinator, mode);

    public ValueTask<ConflictPage> ListConflicts(int coordinator, string? after, int limit) => Conflicts(coordinator, after, limit);

    public ValueTask<ConflictDeletion> DeleteConflict(int coordinator, string id) => ConflictDeletions(coordinator, id);

    public ValueTask<KeyPage> ListKeys(int coordinator, KeyListRequest request) => KeyPages(coordinator, request);

    public ValueTask<MonitoringReport> GatherReports(int coordinator) => Reports(coordinator);

    public ValueTask<DrainReply> Drain(string node) => throw new NotSupportedException();

    public ValueTask<RecoverReply> Recover(bool apply) => throw new NotSupportedException();

    public ValueTask<ReplicationStatus> GetReplication(string node) => ValueTask.FromResult(Replication(node));

    private ValueTask<OperationReply> Add(int? coordinator, KeyRoute route, OperationRequest request)
    {
        var call = new Call(coordinator, route, request);
        lock (_lock) _calls.Add(call);
        if (Reply is { } reply) call.Source.SetResult(reply(request));
        return new ValueTask<OperationReply>(call.Source.Task);
    }

    /// <param name="Coordinator">Which coordinator was asked, or null for the key's grain.</param>
    internal sealed record Call(int? Coordinator, KeyRoute Route, OperationRequest Request)
    {
        public TaskCompletionSource<OperationReply> Source { get; } = new();

        public void Answer(OperationReply reply) => Inline(() => Source.SetResult(reply));

        public void Answer(ReplyStatus status, long version = 0, string silo = "silo-1", long stamp = 0) =>
            Answer(new OperationReply { Status = status, Version = version, Silo = silo, Stamp = stamp });

        public void Break() => Inline(() => Source.SetException(new TimeoutException("the connection broke")));

        // On the test's thread, so that everything an answer leads to has happened when the call that gives it returns. With the
        // test runner's synchronization context in place, continuations would go to the pool instead.
        private static void Inline(Action answer)
        {
            var context = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(null);
            try
            {
                answer();
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(context);
            }
        }
    }
}
