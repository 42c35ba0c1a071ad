using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Driving.Clients;
using Orleans.Kv.Tests.Driving.Clusters;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Database.Clusters;

/// <summary>The database goes away and comes back, under load: traffic goes on, and only changes of membership and map wait.</summary>
[Collection(DatabaseTests.Name)]
public sealed class OutageTests(DatabaseTests.Fixture database, ITestOutputHelper output)
{
    private const int Users = 4;
    private const int Keys = 8;

    private static readonly string[] Silos = ["silo-1", "silo-2", "silo-3"];

    [PostgresFact]
    public async Task WithoutItsDatabase_TheClusterServes_LosesASilo_AndMakesUpForItAfterwards()
    {
        await using var cluster = new DatabaseCluster(database.Server.ConnectionString, database.NewCluster());
        cluster.Start(Silos);
        await cluster.Explaining(async () =>
        {
            await cluster.UntilInSync(Silos);
            using var workload = new Workload(cluster.Api, Users, Keys, seed: 4711);
            workload.Start();
            await Answered(workload, 200);

            await database.Server.Kill();
            try
            {
                await Answered(workload, 500);
                cluster.Kill("silo-3");
                // Its death cannot be written down, and its replacement cannot come: two of three copies are a majority all the same.
                cluster.Start("silo-4");
                await Answered(workload, 500);
                await Wait.Until("silo-4 says that it waits for the database", DatabaseCluster.Patience, () =>
                    Task.FromResult(cluster.Silo("silo-4").Output.Contains("silo-4 waits: The cluster's database", StringComparison.Ordinal) ? null : cluster.Silo("silo-4").Output));
                await Answered(workload, 200);
                Assert.All(["silo-1", "silo-2", "silo-4"], name => Assert.False(cluster.Silo(name).HasExited, $"{name} has ended: {cluster.Silo(name).Errors}"));
            }
            finally
            {
                await database.Server.Resume();
            }

            await cluster.UntilInSync("silo-1", "silo-2", "silo-4");
            await workload.Finish();
            Verdicts.IsLinearizable(workload, Users * Keys, output.WriteLine);
        });
    }

    [PostgresFact]
    public async Task ASiloWithAWrongPassword_EndsWithOneSentence()
    {
        await using var cluster = new DatabaseCluster(database.Server.ConnectionString.Replace("Password=", "Password=not ", StringComparison.Ordinal), database.NewCluster());
        cluster.Start("silo-1");
        var silo = cluster.Silo("silo-1");
        await silo.Exited(DatabaseCluster.Patience);

        Assert.Equal(1, silo.ExitCode);
        Assert.StartsWith("silo-1 cannot start: The cluster's database", silo.Errors, StringComparison.Ordinal);
        Assert.Contains("turns this user away", silo.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", silo.Errors + silo.Output, StringComparison.Ordinal);
        Assert.Single(silo.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>So many more operations are answered with what they ask for.</summary>
    private static async Task Answered(Workload workload, int more)
    {
        var before = workload.History.Count;
        await Wait.Until($"{more} more operations done after {before}", DatabaseCluster.Patience, () =>
        {
            // Counted only when there can be enough: a history is long.
            var done = workload.History.Count - before;
            if (done >= more) done = workload.History.Snapshot().Skip(before).Count(entry => entry.Answer.Kind is not (AnswerKind.Unknown or AnswerKind.NotDone));
            return Task.FromResult(done >= more ? null : $"{done}");
        });
    }
}
