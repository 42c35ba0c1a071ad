using System.Diagnostics;
using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Deployment.Fleets;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Deployment.Rolling;

/// <summary>Every process of a fleet is replaced, one after another, in good order, while people use it. They do not notice.</summary>
[Collection(DeploymentTests.Name)]
public class RollingRestartTests(ITestOutputHelper output)
{
    private const int Users = 6;
    private const int Keys = 12;

    [FleetFact]
    public async Task EveryProcessReplaced_UnderLoad_NoRequestFails()
    {
        await using var fleet = await Fleet.Start();
        await fleet.Explaining(async () =>
        {
            using var workload = new Workload(fleet.Entrance(1), Users, Keys, seed: 1);
            workload.Start();
            for (var number = 1; number <= Fleet.Silos; number++) await Step(Fleet.Silo(number), () => fleet.ReplaceSilo(number));
            for (var number = 1; number <= Fleet.Apis; number++) await Step("api-" + Text.Of(number), () => fleet.ReplaceApi(number));
            var gaps = workload.Clock.Stop();
            await workload.Finish();

            output.WriteLine($"the keys' longest times without a successful answer: {string.Join(", ", gaps)}");

            Verdicts.IsLinearizable(workload, Users * Keys, output.WriteLine);
            var failed = workload.History.Snapshot().Count(entry => entry.Answer.Kind is AnswerKind.Unknown or AnswerKind.NotDone);
            Assert.True(failed == 0, $"expected that no request fails, {failed} did:\n{workload.Troubles}");
        });
    }

    private async Task Step(string name, Func<Task> replace)
    {
        var began = Stopwatch.GetTimestamp();
        await replace();
        output.WriteLine($"{name} replaced within {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
    }
}
