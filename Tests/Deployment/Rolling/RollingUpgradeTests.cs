using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Deployment.Fleets;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Deployment.Rolling;

/// <summary>
/// Every process of a fleet is replaced, one after another, in good order, while people use it: silos and API hosts by those of the next build, and one silo is put back; the database and the
/// balancer by themselves. They do not notice. The next build has one more field in every message, which it always fills, of a type that the present build does not know.
/// </summary>
[Collection(DeploymentTests.Name)]
public class RollingUpgradeTests(ITestOutputHelper output)
{
    private const int Users = 6;
    private const int Keys = 12;

    /// <summary>What a silo answers to API hosts and other silos all the time, through whichever gateway.</summary>
    private static readonly string[] Replies = ["OperationReply", "DeliveryReply", "ReplicaStatus"];

    [FleetFact]
    public async Task EveryProcessReplaced_HostsByTheNextBuild_UnderLoad_NoRequestFails()
    {
        using var folder = new Folder();
        var next = Build.Next(folder.Path);
        await using var fleet = await Fleet.Start();
        await fleet.Explaining(async () =>
        {
            using var workload = new Workload(fleet.Entrance(1), Users, Keys, seed: 1);
            var upgrade = new Upgrade(fleet, workload, output);
            workload.Start();

            await upgrade.Silo(1, next);
            // All others are of the present build: whatever this one sends, it sends to a process that does not know the field.
            var first = await upgrade.UntilShown("silo-1 sends notes in every reply", fleet.SiloPages(1), shown => Replies.All(shown.Sent.ContainsKey));
            Assert.Empty(first.Received);
            for (var number = 2; number <= Fleet.Silos; number++) await upgrade.Silo(number, next);
            var second = await upgrade.UntilShown("silo-1 reads notes of other silos", fleet.SiloPages(1), shown => shown.Received.ContainsKey("DeliveryReply"));
            for (var number = 1; number <= Fleet.Apis; number++)
            {
                await upgrade.Api(number, next);
                await upgrade.UntilShown(
                    $"api-{Text.Of(number)} sends and reads notes",
                    fleet.Api(number),
                    shown => shown.Sent.ContainsKey("OperationRequest") && shown.Received.ContainsKey("OperationReply") && shown.Received.ContainsKey("ClusterStatus"));
            }

            // Silos pass requests on to each other as well, now and then.
            await upgrade.UntilShown(
                "silo-1 reads notes of API hosts",
                fleet.SiloPages(1),
                shown => shown.Received.GetValueOrDefault("OperationRequest") > second.Received.GetValueOrDefault("OperationRequest"));

            // Back again, with one of them: now those that know the field are the many, and send it to the one that does not.
            await upgrade.Silo(1, Build.Present);
            await upgrade.UntilShown("silo-1 serves again", fleet.SiloPages(1), shown => shown is { Operations: > 0, Sent.Count: 0 });

            await upgrade.Other("database", fleet.RestartDatabase);
            await upgrade.Other("balancer-1", () => fleet.RenewBalancer(1));

            var gaps = workload.Clock.Stop();
            await workload.Finish();
            output.WriteLine($"the keys' longest times without a successful answer: {string.Join(", ", gaps)}");
            Verdicts.IsLinearizable(workload, Users * Keys, output.WriteLine);
            var failed = workload.History.Snapshot().Count(entry => entry.Answer.Kind is AnswerKind.Unknown or AnswerKind.NotDone);
            Assert.True(failed == 0, $"expected that no request fails, {failed} did:\n{workload.Troubles}");
        });
    }
}
