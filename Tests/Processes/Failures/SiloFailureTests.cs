using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Checking.Linearizability;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Processes.Failures;

/// <summary>
/// Six users on six keys while one silo of three is killed, or paused for longer than it takes to be declared dead. Each from a fresh
/// start: a memory silo that comes back is another node, and has no part in the map.
/// </summary>
[Collection(ProcessTests.Name)]
public class SiloFailureTests(ITestOutputHelper output)
{
    private const int Users = 6;
    private const int Keys = 6;

    /// <summary>The bar: no key goes longer than this without a successful answer, whatever happens to one silo.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Longer than the silos' and the clients' views of who is alive need to settle.</summary>
    private static readonly TimeSpan After = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("silo-1")]
    [InlineData("silo-2")]
    [InlineData("silo-3")]
    public Task SiloKilled_UnderLoad_HistoryIsLinearizableAndNoKeyWaits(string silo) => Strike(async cluster =>
    {
        var process = cluster.Pid(silo);
        Signals.Kill(process);
        await Task.Delay(After);
        Assert.False(Signals.IsAlive(process), $"{silo} was to be dead");
    });

    [Theory]
    [InlineData("silo-1")]
    [InlineData("silo-2")]
    [InlineData("silo-3")]
    public Task SiloPaused_UnderLoad_HistoryIsLinearizableAndNoKeyWaits(string silo) => Strike(async cluster =>
    {
        var process = cluster.Pid(silo);
        Signals.Pause(process);
        await Task.Delay(Pause);
        Signals.Resume(process);
        await Task.Delay(After);
    });

    private async Task Strike(Func<LocalCluster, Task> fault)
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var workload = new Workload(cluster.Url, Users, Keys, seed: 1);
            workload.Start();
            await Task.Delay(Before);
            workload.Clock.Start();
            await fault(cluster);
            var gaps = workload.Clock.Stop();
            await workload.Finish();
            Judge(workload, gaps);
        });
    }

    private void Judge(Workload workload, Gap[] gaps)
    {
        var history = workload.History.Snapshot();
        var open = history.Count(entry => entry.Answer.Kind == AnswerKind.Unknown);
        var refused = history.Count(entry => entry.Answer.Kind == AnswerKind.NotDone);
        output.WriteLine($"{history.Length} operations, {open} of unknown outcome, {refused} refused; longest gaps {string.Join(", ", gaps)}");
        output.WriteLine(workload.Troubles);

        var result = new LinearizabilityChecker().Check(history);
        Assert.True(result.IsLinearizable, result.ToString());
        Assert.All(history.TakeLast(Users * Keys), entry => Assert.True(entry.Answer.Kind is AnswerKind.Done or AnswerKind.NotFound, $"the last reads must succeed: {entry}"));
        Assert.True(gaps.Max(gap => gap.Length) <= LongestGap, $"the keys' longest gaps without a successful answer: {string.Join(", ", gaps)}\n{workload.Troubles}");
        foreach (var kind in Enum.GetValues<OperationKind>())
            Assert.True(history.Count(entry => entry.Operation.Kind == kind && entry.Answer.Kind is AnswerKind.Done or AnswerKind.Created) > 10, $"too few {kind} succeeded for the history to say anything");
    }
}
