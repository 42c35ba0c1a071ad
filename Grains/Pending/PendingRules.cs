using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Pending;

/// <summary>
/// Judges a write against the newest copies that can be reached, as the protocol would judge it against the committed state: first what is remembered, then marks and deadlines,
/// then the conditions. The order and the reasons are those of DESIGN.md, "Exactly once". Pure.
/// </summary>
internal static class PendingRules
{
    /// <summary>Null where nothing speaks against accepting the write.</summary>
    /// <param name="operation">The write.</param>
    /// <param name="copies">What can be reached.</param>
    /// <param name="now">The time by the silo's hybrid clock, which has observed the copies.</param>
    /// <param name="isUncertain">
    /// The protocol has sent it out, and nobody knows what became of it: it may be in a copy that cannot be reached. It may then be accepted, but not refused as never done.
    /// </param>
    public static Acceptance.Refused? Judge(Operation operation, KnownCopies copies, HybridTimestamp now, bool isUncertain)
    {
        var state = copies.State;
        if (state is not null && state.Memory.TryFind(operation.Id, out var remembered))
        {
            // It is in a copy, which may never be committed: pending, it happens once in either case.
            if (KnownCopies.HasTaken(state, operation.Id)) return null;
            return remembered.Code == OutcomeCode.NotFound ? new(ReplyStatus.NotFound) : new(ReplyStatus.ConditionFailed, remembered.Version);
        }

        if (operation.Id.Number < (state?.Memory.MarkOf(operation.Id.Origin) ?? 0)) return new(ReplyStatus.Ghost);
        var stamp = HybridTimestamp.Later(now, state?.Stamp ?? HybridTimestamp.Zero);
        // Whether it was accepted before may be forgotten by then.
        if (operation.Deadline < stamp) return new(isUncertain ? ReplyStatus.Unknown : ReplyStatus.TooLate, Stamp: stamp);
        if (ConditionOf(operation, copies, now) is not { } failed) return null;
        return isUncertain ? new(ReplyStatus.Unknown) : failed;
    }

    private static Acceptance.Refused? ConditionOf(Operation operation, KnownCopies copies, HybridTimestamp now)
    {
        var pending = copies.Newest;
        var exists = pending is not null ? IsThere(pending, now) : copies.State is { IsTombstone: false } state && !state.IsDue(now);
        if (!exists && operation.Kind is OperationKind.Update or OperationKind.Delete) return new(ReplyStatus.NotFound);
        if (operation.IfAbsent && exists) return new(ReplyStatus.ConditionFailed, VersionOf(copies, pending));
        if (operation.IfVersion is not { } expected) return null;
        // What is pending has no version yet, so that none can be asked for: one given out now could be another value's when it is merged.
        var holds = exists ? pending is null && expected == copies.State!.Version : expected == 0;
        return holds ? null : new(ReplyStatus.ConditionFailed, exists ? VersionOf(copies, pending) : 0);
    }

    public static bool IsThere(PendingWrite write, HybridTimestamp now) => !write.IsDelete && (write.Expiry == HybridTimestamp.Zero || now < write.Expiry);

    private static long VersionOf(KnownCopies copies, PendingWrite? pending) => pending is null ? copies.State?.Version ?? 0 : 0;
}
