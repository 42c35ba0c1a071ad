using Orleans.Kv.Api.Cluster;
using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Health;

/// <summary>
/// Whether this host can serve: it has reached the cluster, the cluster has a map, and a linearizable read goes through the very way that
/// users' requests go. The read is of a key that nobody writes; it leaves no trace.
/// </summary>
internal sealed class Readiness(Draining draining, ICluster cluster, ClusterMonitor monitor, ClusterView view, KeyRouteCache routes, Router router, TimeProvider time)
{
    // Balancers and scripts ask often and from several places; a result this young is as good as another read.
    private static readonly TimeSpan Remembered = TimeSpan.FromMilliseconds(500);

    private long _readyAt;

    /// <summary>Null when ready, else what is missing.</summary>
    public async Task<Problem?> CheckAsync()
    {
        if (draining.IsOn) return Missing(ProblemCode.Unavailable, "this API host is stopping");
        var readyAt = Volatile.Read(ref _readyAt);
        if (readyAt != 0 && time.GetElapsedTime(readyAt) < Remembered) return null;
        if (!cluster.IsConnected) return Missing(ProblemCode.Unavailable, "this API host has not reached the cluster yet");
        await monitor.RefreshAsync();
        if (view.Merge() is not { } status) return Missing(ProblemCode.Unavailable, "no silo answers this API host");
        if (status.Epoch == 0)
        {
            return Missing(
                ProblemCode.Forming, $"the cluster is forming: {status.Nodes.Length} of {status.FormationSize} silos have joined");
        }

        var outcome = await router.ExecuteAsync(new OperationInput(OperationCode.Fetch, routes.Get(".kv/ready"u8)));
        if (outcome is not { Kind: RoutedKind.Answered, Status: ReplyStatus.Done or ReplyStatus.NotFound })
            return OutcomeProblems.OfRefusal(outcome.Status, outcome.Detail);
        Volatile.Write(ref _readyAt, time.GetTimestamp());
        return null;
    }

    private static Problem Missing(string code, string detail) => Problem.Later(StatusCodes.Status503ServiceUnavailable, code, detail);
}
