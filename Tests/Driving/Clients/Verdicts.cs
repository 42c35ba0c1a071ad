using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Checking.Linearizability;

namespace Orleans.Kv.Tests.Driving.Clients;

/// <summary>What every history of a workload must fulfil once it has finished, whatever was done to the cluster meanwhile.</summary>
public static class Verdicts
{
    /// <summary>The history is linearizable, and each of the reads that ended it, one of every key by every user, got an answer.</summary>
    /// <param name="lastReads">How many those are.</param>
    /// <param name="say">Takes what is worth knowing of a history that is right as well.</param>
    public static void IsLinearizable(Workload workload, int lastReads, Action<string> say)
    {
        var history = workload.History.Snapshot();
        say($"{history.Length} operations, {history.Count(entry => entry.Answer.Kind == AnswerKind.Unknown)} of unknown outcome, {history.Count(entry => entry.Answer.Kind == AnswerKind.NotDone)} refused");
        say(workload.Troubles);
        var result = new LinearizabilityChecker().Check(history);
        Assert.True(result.IsLinearizable, result.ToString());
        Assert.All(history.TakeLast(lastReads), entry => Assert.True(entry.Answer.Kind is AnswerKind.Done or AnswerKind.NotFound, $"the last reads must succeed: {entry}"));
    }
}
