using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Monitoring;
using Orleans.Kv.Grains.Pending;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Availability;

/// <summary>
/// Decides how an operation is carried out: by the protocol, from copies, or not at all. Every operation passes here, at the key's grain and at the coordinator alike.
/// <para>
/// <b>With a quorum</b> the protocol does everything, in both modes; a fetch may ask for less ("eventual") and is answered from copies.
/// </para>
/// <para>
/// <b>Without one</b>, as far as this silo knows: in CP nothing is tried, the answer is "no quorum" at once and says who is silent. In AP a fetch gets the newest copy that can be
/// reached, pending writes included, marked stale; a store, update or delete becomes a pending write (<see cref="PendingWriter"/>). A test-and-set needs a quorum in
/// either mode, and so does a fetch that asks to be strong.
/// </para>
/// <para>
/// <b>Where the silo finds out by trying</b>, because the others have only just fallen silent, the same holds for what the protocol could not do. A write that was sent out and not
/// acknowledged is kept as pending as well: by its operation id it happens once, whichever of the two comes first.
/// </para>
/// <para>
/// A retry of a write that was accepted as pending is answered as it was then, also when the quorum is back meanwhile: the operations are remembered until their deadlines.
/// </para>
/// <para>While every node can be reached and nothing is pending, in CP all this is one look at two flags.</para>
/// </summary>
internal sealed partial class AvailabilityGate(
    IOutlook outlook, TopologyAgent topology, PendingStore pending, PendingWriter writer, CopyReader reader, OperationMeters meters, TimeProvider time,
    ILogger<AvailabilityGate> logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>Carries the operation out. To be called on the scheduler of the proposer's grain.</summary>
    /// <param name="proposer">The key's.</param>
    /// <param name="request">The operation.</param>
    /// <param name="grain">Where the call is counted, when its grain is no filter of its own.</param>
    public ValueTask<OperationReply> Execute(ProposerHost proposer, OperationRequest request, CallMeter? grain = null)
    {
        var timer = new OperationTimer(meters, grain, request.Code, Stopwatch.GetTimestamp());
        var isPlain = outlook.IsClear && pending.IsQuiet && request.Consistency != ReadConsistency.Eventual;
        if (!isPlain) return timer.Follow(Choose(proposer, request));
        return topology.View.Map is { Mode: ConsistencyMode.Available } ? timer.Follow(Try(proposer, request)) : proposer.Execute(request, timer);
    }

    private ValueTask<OperationReply> Choose(ProposerHost proposer, OperationRequest request)
    {
        var key = proposer.Key;
        if (request is { Code: OperationCode.Fetch, Consistency: ReadConsistency.Eventual }) return ReadEventually(key);
        if (request.Code != OperationCode.Fetch && pending.IsAccepted(new OperationId(OperationMapping.ToOrigin(request.Origin), request.Number)))
            return new(new OperationReply { Status = ReplyStatus.Accepted, Silo = topology.Self.Name, Detail = "accepted before" });
        return outlook.ShortageOf(key) is { } shortage ? DoWithout(key, request, shortage, isUncertain: false) : Try(proposer, request);
    }

    /// <summary>By the protocol, and if it finds no quorum by what is left.</summary>
    private async ValueTask<OperationReply> Try(ProposerHost proposer, OperationRequest request)
    {
        var reply = await proposer.Execute(request);
        // With a stamp it is not the quorum that was missing: the operation came too late.
        var isUncertain = reply is { Status: ReplyStatus.Unknown, Stamp: 0 };
        if (reply.Status != ReplyStatus.NoQuorum && !isUncertain) return reply;
        var shortage = outlook.ShortageOf(proposer.Key);
        if (MayDoWithout(request)) return await DoWithout(proposer.Key, request, shortage ?? reply.Detail ?? "", isUncertain);
        return shortage is null || isUncertain ? reply : NoQuorum(shortage);
    }

    private ValueTask<OperationReply> DoWithout(Key key, OperationRequest request, string shortage, bool isUncertain)
    {
        if (!MayDoWithout(request) || topology.View.Map is not { } map) return new(NoQuorum(shortage));
        return request.Code == OperationCode.Fetch ? ReadStale(map, key, shortage) : writer.Accept(map, key, request, isUncertain, shortage);
    }

    private bool MayDoWithout(OperationRequest request) =>
        topology.View.Map is { Mode: ConsistencyMode.Available }
        && request is { Code: OperationCode.Store or OperationCode.Update or OperationCode.Delete } or { Code: OperationCode.Fetch, Consistency: not ReadConsistency.Strong };

    private async ValueTask<OperationReply> ReadStale(ClusterMap map, Key key, string shortage)
    {
        var copies = await reader.Gather(map, key);
        return copies.IsKnown || copies.Newest is not null ? Show(copies, isStale: true) : NoQuorum($"none of the key's replicas can be reached; {shortage}");
    }

    private async ValueTask<OperationReply> ReadEventually(Key key)
    {
        if (topology.View.Map is not { } map) return OperationMapping.Refuse(ReplyStatus.Forming, topology.Self.Name, "the cluster has no map yet");
        var here = reader.Here(key);
        if (here is { IsKnown: true, IsInSync: true }) return Show(here, isStale: false);
        var copies = await reader.Gather(map, key);
        if (copies.IsKnown || copies.Newest is not null) return Show(copies, isStale: !copies.IsInSync);
        return NoQuorum(outlook.ShortageOf(key) is { } shortage ? $"none of the key's replicas can be reached; {shortage}" : "none of the key's replicas has shown its copy");
    }

    private OperationReply Show(KnownCopies copies, bool isStale)
    {
        var now = HybridTimestamp.FromUnixMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        if (copies.Newest is { } write) return Show(write, now);
        if (copies.State is not { IsTombstone: false } state || state.IsDue(now)) return new() { Status = ReplyStatus.NotFound, Silo = topology.Self.Name, Stale = isStale };
        return OperationMapping.Show(state, topology.Self.Name, isStale);
    }

    /// <summary>What is pending has no version yet, and nobody can be sure that it will count.</summary>
    private OperationReply Show(PendingWrite write, HybridTimestamp now) => PendingRules.IsThere(write, now)
        ? new()
        {
            Status = ReplyStatus.Done,
            Silo = topology.Self.Name,
            Value = write.Value.ToArray(),
            ContentType = write.ContentType == ContentTypes.Json ? null : write.ContentType,
            ModifiedUnixMilliseconds = write.Stamp.Clock.UnixMilliseconds,
            ExpiresUnixMilliseconds = write.Expiry.UnixMilliseconds,
            Stamp = write.Stamp.Clock.Value,
            Stale = true,
        }
        : new() { Status = ReplyStatus.NotFound, Silo = topology.Self.Name, Stamp = write.Stamp.Clock.Value, Stale = true };

    private OperationReply NoQuorum(string detail)
    {
        LogNoQuorum(detail);
        return OperationMapping.Refuse(ReplyStatus.NoQuorum, topology.Self.Name, detail);
    }

    [LoggerMessage(1503, LogLevel.Debug, "Refused an operation: {Detail}", EventName = "NoQuorum")]
    private partial void LogNoQuorum(string detail);
}
