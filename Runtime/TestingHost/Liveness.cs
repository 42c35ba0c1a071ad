using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>Waits until the silos of a test agree about who is alive.</summary>
internal static class Liveness
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest it may take: for the probes to notice a death, and for the news to spread.</summary>
    public static TimeSpan StabilizationTime(ClusterMembershipOptions options, bool didKill)
    {
        var time = didKill ? options.ProbeTimeout * (options.NumMissedProbesLimit + 1) : TimeSpan.Zero;
        return time + (options.UseLivenessGossip ? TimeSpan.FromSeconds(5) : options.TableRefreshTimeout * 2);
    }

    public static async Task WaitUntilAgreed(IReadOnlyList<InProcessSiloHandle> silos, TimeSpan patience)
    {
        var expected = silos.Select(silo => silo.SiloAddress).ToHashSet();
        var until = TimeProvider.System.GetTimestamp() + (long)(patience.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (true)
        {
            var views = silos.Select(silo => (silo, Active: silo.ServiceProvider.GetRequiredService<ISiloStatusOracle>().GetActiveSilos())).ToList();
            var wrong = views.Where(view => !expected.SetEquals(view.Active)).ToList();
            if (wrong.Count == 0)
                return;
            if (TimeProvider.System.GetTimestamp() > until)
            {
                var opinions = string.Join("; ", wrong.Select(view => $"{view.silo.Name} sees {string.Join(", ", view.Active.AsEnumerable())}"));
                throw new TimeoutException($"Within {patience} the silos did not agree on {string.Join(", ", expected)}: {opinions}.");
            }

            await Task.Delay(Pause);
        }
    }
}
