using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Processes.Failures;

/// <summary>
/// One and two silos of three stop for moments, again and again, at random. While two stand still nothing can be promised but honesty: what
/// was refused never happens, what was acknowledged stays, and everything goes on when they do.
/// </summary>
[Collection(ProcessTests.Name)]
public class QuorumLossTests(ITestOutputHelper output)
{
    private const int Users = 12;
    private const int Keys = 6;
    private const int Strikes = 14;

    /// <summary>Below what membership takes for death: a majority declared dead would be gone for good, by design.</summary>
    private const int LongestPauseMilliseconds = 1_200;

    private const int LongestRestMilliseconds = 500;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task SilosPausedAtRandom_TwoAtOnceAmongThem_HistoryIsLinearizableAndAllRecovers(int seed)
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            var random = new Random(seed);
            using var workload = new Workload(cluster.Url, Users, Keys, seed);
            workload.Start();
            for (var strike = 0; strike < Strikes; strike++)
            {
                await Task.Delay(random.Next(LongestRestMilliseconds));
                var silos = LocalCluster.Silos.OrderBy(_ => random.Next()).Take(1 + (strike % 2)).ToArray();
                foreach (var silo in silos)
                    Signals.Pause(cluster.Pid(silo));
                await Task.Delay(random.Next(50, LongestPauseMilliseconds));
                foreach (var silo in silos)
                    Signals.Resume(cluster.Pid(silo));
            }

            await Task.Delay(LongestRestMilliseconds);
            await workload.Finish();
            Verdicts.IsLinearizable(workload, Users * Keys, output.WriteLine);
        });
    }
}
