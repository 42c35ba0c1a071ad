using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Pending;

/// <summary>
/// Accepts writes while no quorum can be reached. This silo becomes the write's owner: it merges it when a quorum is back. The replicas that can be reached keep
/// copies, for reads on this side to see it, and in case this silo does not live to merge it.
/// </summary>
internal sealed partial class PendingWriter(
    PendingStore store, PendingKeepers keepers, CopyReader reader, TopologyAgent topology, PendingCounters counters, ILogger<PendingWriter> logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>Accepts a store, an update or a delete, or says why not.</summary>
    /// <param name="map">The map as known here.</param>
    /// <param name="key">The key.</param>
    /// <param name="request">The write.</param>
    /// <param name="isUncertain">The protocol has sent it out, and nobody knows what became of it.</param>
    /// <param name="shortage">Why there is no quorum, for a person.</param>
    public async ValueTask<OperationReply> Accept(ClusterMap map, Key key, OperationRequest request, bool isUncertain, string shortage)
    {
        var operation = OperationMapping.ToOperation(request, out var fault);
        if (operation is null) return Refuse(ReplyStatus.Invalid, fault!);

        var copies = await reader.Gather(map, key, operation.Id);
        // Without any copy there is nothing to judge a condition by.
        var isConditional = operation.Kind != OperationKind.Store || operation.IfVersion is not null || operation.IfAbsent;
        if (isConditional && !copies.IsKnown && copies.Newest is null && !copies.IsAccepted)
            return Refuse(isUncertain ? ReplyStatus.Unknown : ReplyStatus.NoQuorum, shortage);

        switch (store.Accept(key, topology.Self.Name, operation, copies, isUncertain))
        {
            case Acceptance.Kept kept:
                counters.OnAccepted();
                var keeping = await keepers.Keep(map, kept.Write);
                LogAccepted(kept.Write.Stamp, keeping);
                return new() { Status = ReplyStatus.Accepted, Silo = topology.Self.Name, Stamp = kept.Write.Stamp.Clock.Value, Detail = shortage };
            case Acceptance.Known:
                return new() { Status = ReplyStatus.Accepted, Silo = topology.Self.Name, Detail = shortage };
            case Acceptance.Refused refused:
                return ToReply(refused, shortage);
            default:
                throw new InvalidOperationException("unknown acceptance");
        }
    }

    private OperationReply ToReply(Acceptance.Refused refused, string shortage)
    {
        if (refused.Status == ReplyStatus.PendingFull)
        {
            counters.OnRefused();
            LogFull(store.Count, store.Bytes);
        }

        return new OperationReply
        {
            Status = refused.Status,
            Silo = topology.Self.Name,
            Version = refused.Version,
            Stamp = refused.Stamp.Value,
            // Judged by a copy that may be old.
            Stale = refused.Status is ReplyStatus.NotFound or ReplyStatus.ConditionFailed,
            Detail = refused.Status switch
            {
                ReplyStatus.TooLate => "the operation's deadline lies before this silo's clock or the key's last change",
                ReplyStatus.Ghost => "the operation was answered long ago",
                ReplyStatus.PendingFull => $"{store.Count} writes wait to be merged, and there is no room for more; {shortage}",
                _ => shortage,
            },
        };
    }

    private OperationReply Refuse(ReplyStatus status, string detail) => OperationMapping.Refuse(status, topology.Self.Name, detail);

    [LoggerMessage(1513, LogLevel.Debug, "Accepted a write without a quorum at {Stamp}; {Keepers} other silos keep it", EventName = "PendingAccepted")]
    private partial void LogAccepted(WriteStamp stamp, int keepers);

    [LoggerMessage(1514, LogLevel.Warning, "No room for another pending write: {Writes} of {Bytes} bytes are kept", EventName = "PendingFull")]
    private partial void LogFull(int writes, long bytes);
}
