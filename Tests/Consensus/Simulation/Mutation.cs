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
}
