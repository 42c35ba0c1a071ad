using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>What a run breaks on purpose. The simulator must find each of these; a safety net that catches nothing is none.</summary>
public enum Mutation
{
    None,
    QuorumOfOne,
    AcceptBelowPromise,
    BallotReusedAfterFailedAccept,
    ProposerIdReusedAfterRestart,
    ReadWithoutQuorum,
    ReplyBeforePersist,
    FailedTestAndSetForgotten,
    MarkForgotten,
    DeadlineRuleOff,
    AnswerBeforeCommit,
    RefusalBeforeAccept,
    ReadByPrepareQuorum,
    SkipGeneration,
    AcceptNothing,
    ListBeforeSeal,
    BallotsWithoutEpoch,
    FloorsNotMoved,
    PurgeWithoutFloor,
    PurgeFloorAtTombstoneBallot,
    PurgeStampAtDeadline,
    MergeForgotten,
    LoserNotListed,
    OlderStampWins,
    OlderCountsAsSeen,
    RecoverForgetsOlderGenerations,
    TouchKeepsVersion,
    ChangesBeforeCommit,
    HintsOfOneNodeOnly,
}

internal static class MutationExtensions
{
    /// <summary>The core's own switch for the mutation; none for those that a shell gets wrong.</summary>
    public static Faults ToFaults(this Mutation mutation) => mutation switch
    {
        Mutation.QuorumOfOne => Faults.QuorumOfOne,
        Mutation.BallotReusedAfterFailedAccept => Faults.ReuseBallotAfterFailedAccept,
        Mutation.ReadWithoutQuorum => Faults.ReadWithoutQuorum,
        Mutation.FailedTestAndSetForgotten => Faults.ForgetFailedTestAndSet,
        Mutation.MarkForgotten => Faults.IgnoreMarks,
        Mutation.DeadlineRuleOff => Faults.IgnoreDeadlines,
        Mutation.AnswerBeforeCommit => Faults.AnswerBeforeCommit,
        Mutation.RefusalBeforeAccept => Faults.RefusalBeforeAccept,
        Mutation.ReadByPrepareQuorum => Faults.ReadByPrepareQuorum,
        Mutation.SkipGeneration => Faults.SkipGeneration,
        Mutation.AcceptNothing => Faults.AcceptNothing,
        Mutation.ListBeforeSeal => Faults.ListBeforeSeal,
        Mutation.BallotsWithoutEpoch => Faults.BallotsWithoutEpoch,
        Mutation.FloorsNotMoved => Faults.FloorsNotMoved,
        Mutation.PurgeWithoutFloor => Faults.PurgeWithoutFloor,
        Mutation.PurgeFloorAtTombstoneBallot => Faults.PurgeFloorAtTombstoneBallot,
        Mutation.PurgeStampAtDeadline => Faults.PurgeStampAtDeadline,
        Mutation.MergeForgotten => Faults.ForgetMerges,
        Mutation.LoserNotListed => Faults.LoserNotListed,
        Mutation.OlderStampWins => Faults.OlderStampWins,
        Mutation.OlderCountsAsSeen => Faults.OlderCountsAsSeen,
        Mutation.TouchKeepsVersion => Faults.TouchKeepsVersion,
        Mutation.ChangesBeforeCommit => Faults.ChangesBeforeCommit,
        _ => Faults.None,
    };
}
