using System.Diagnostics;
using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Deployment.Fleets;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Deployment.Losses;

/// <summary>Each process of a fleet dies once, the database and the load balancers included, while people use it who try a second time where they get no answer.</summary>
[Collection(DeploymentTests.Name)]
public class EachProcessTests(ITestOutputHelper output)
{
    private const int Users = 8;
    private const int Keys = 12;

    /// <summary>Longer than a silo's death takes to be noticed, and than anything here is remembered of who answers.</summary>
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(4);

    [FleetFact]
    public async Task EachProcessKilled_UnderLoad_NoRequestFailsTwice()
    {
        await using var fleet = await Fleet.Start();
        await fleet.Explaining(async () =>
        {
            using var workload = new Workload(Routes(fleet), Users, Keys, seed: 1);
            workload.Start();
            // First: what is done with the silos afterwards needs the database again.
            await Step(workload, "database", () => fleet.LoseDatabase(Away));
            for (var number = 1; number <= Fleet.Silos; number++) await Step(workload, Fleet.Silo(number), () => fleet.LoseSilo(number, Away));
            for (var number = 1; number <= Fleet.Apis; number++) await Step(workload, "api-" + Text.Of(number), () => fleet.LoseApi(number, Away));
            for (var number = 1; number <= Fleet.Balancers; number++) await Step(workload, "balancer-" + Text.Of(number), () => fleet.LoseBalancer(number, Away));
            await workload.Finish();

            output.WriteLine($"{workload.Retries} requests were sent twice");
            Verdicts.IsLinearizable(workload, Users * Keys, output.WriteLine);
            var failed = workload.History.Snapshot().Count(entry => entry.Answer.Kind is AnswerKind.Unknown or AnswerKind.NotDone);
            Assert.True(failed == 0, $"expected that no request fails twice, {failed} did:\n{workload.Troubles}");
            Assert.True(workload.Retries > 0, "not one request had to be sent twice: nothing was killed under load");
        });
    }

    /// <summary>Half of the users go by the one load balancer or the other, the others to an API host themselves; who gets no answer turns to the other of the two.</summary>
    private static Route[] Routes(Fleet fleet) =>
        [new(fleet.Entrance(1), fleet.Entrance(2)), new(fleet.Api(1), fleet.Api(2)), new(fleet.Entrance(2), fleet.Entrance(1)), new(fleet.Api(2), fleet.Api(1))];

    private async Task Step(Workload workload, string name, Func<Task> lose)
    {
        var began = Stopwatch.GetTimestamp();
        await lose();
        // A request that met the one loss must not meet the next one with its second attempt.
        await workload.UntilAllHaveMovedOn(Fleet.Patience);
        output.WriteLine($"{name} was killed and replaced within {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s, until {TimeProvider.System.GetUtcNow():HH:mm:ss}");
    }
}
