using Orleans.Kv.Api.Keys;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Routing;

/// <summary>
/// Asks a key grain that is passed over, in the background, whether it answers again: a read that nobody waits for, at most one per key and
/// a few in all. Its answer brings the key back to its grain; no user's request is used for finding out.
/// </summary>
internal sealed class KeyGrainProbe(
    ICluster cluster, SiloHealth silos, CoordinatorChoice coordinators, OriginClock clock, Guid origin, RouterOptions options, TimeProvider time)
{
    // More probes of a dead silo would not tell more.
    private const int MaxAtOnce = 16;

    // A grain that is back answers within milliseconds; one that is not must not keep its place for the engine's whole timeout.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // An origin of its own, so that numbers and marks of real operations do not have to account for probes.
    private readonly Guid _origin = new(origin.ToByteArray().Select(part => (byte)~part).ToArray());
    private readonly long _period = (long)options.ProbePeriod.TotalMilliseconds;
    private int _running;
    private long _number;

    public void Consider(KeyRoute route, long now)
    {
        if (Volatile.Read(ref _running) >= MaxAtOnce || !route.TryBeginProbe(now)) return;
        Interlocked.Increment(ref _running);
        _ = ProbeAsync(route);
    }

    private async Task ProbeAsync(KeyRoute route)
    {
        var before = route.LastSilo;
        var trouble = coordinators.Trouble;
        try
        {
            var reply = await cluster.ExecuteAtKeyGrain(route, new OperationRequest
            {
                Code = OperationCode.Fetch,
                Origin = _origin,
                Number = Interlocked.Increment(ref _number),
                Deadline = clock.Deadline(options.OperationLifetime).Value,
            }).AsTask().WaitAsync(Patience, time).ConfigureAwait(false);
            clock.Observe(reply.Stamp);
            route.Trust(reply.Silo, trouble);
            silos.Answered(reply.Silo);
            // The grain lives elsewhere now: the cluster knows that its former silo is gone, and places that silo's other grains anew too.
            if (reply.Silo != before) silos.Answered(before);
        }
        catch (Exception)
        {
            // Still away. What the user asked for goes over a coordinator, so there is nothing to report here.
        }
        finally
        {
            route.EndProbe(Milliseconds.Now(time) + _period);
            Interlocked.Decrement(ref _running);
        }
    }
}
