using System.Text.RegularExpressions;
using Orleans.Kv.Tests.Runtime.Dashboard;

namespace Orleans.Kv.Tests.Runtime.Own.Dashboard;

/// <summary>What this engine's own page shows.</summary>
public sealed partial class PlainDashboardTests
{
    [Fact]
    public async Task ThePage_ShowsSilos_Activations_AndTheCallsSinceSomebodyLooked()
    {
        await using var host = await DashboardHost.Start();
        var grain = host.Cluster.Client.GetGrain<ICallGrain>("looked-at");
        await grain.ContextValue("before");
        // A silo that does not answer in time is missing from the page, and may be on a busy machine.
        var first = await Page(host, "both silos and the grain", page => !page.Contains("role=alert", StringComparison.Ordinal) && page.Contains("<td>Orleans.Kv.Tests.Runtime.Host.Grains.CallGrain</td>", StringComparison.Ordinal));
        foreach (var silo in host.Cluster.Silos) Assert.Contains($"<td>{silo.Name}</td>", first, StringComparison.Ordinal);
        Assert.DoesNotContain("<td>ContextValue</td>", first, StringComparison.Ordinal);
        Assert.Contains("http-equiv=refresh content=3>", first, StringComparison.Ordinal);

        for (var i = 0; i < 4; i++) await grain.ContextValue("after");
        await Assert.ThrowsAsync<ActivationRefusedException>(() => grain.Throw("no such luck"));
        var second = await Page(host, "four calls and one that failed", page =>
            CallsOf(page, nameof(ICallGrain.ContextValue)) == ("4", "0") && CallsOf(page, nameof(ICallGrain.Throw)) == ("1", "1"));
        // What it measures with is not measured.
        Assert.DoesNotContain("<td>Gather</td>", second, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", second, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task SilosWithoutIt_AreSaidToLackIt()
    {
        await using var host = await DashboardHost.Start(onSilos: false);
        using var page = await host.Http.GetAsync("/orleans/");
        Assert.Equal(503, (int)page.StatusCode);
        Assert.Contains("AddDashboard", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<string> Page(DashboardHost host, string expected, Func<string, bool> isSeen)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            using var response = await host.Http.GetAsync("/orleans/");
            var page = await response.Content.ReadAsStringAsync();
            if (response.IsSuccessStatusCode && isSeen(page)) return page;
            Assert.True(DateTime.UtcNow < deadline, $"expected {expected}, saw {page}");
            await Task.Delay(100);
        }
    }

    private static (string Calls, string Failed)? CallsOf(string page, string method) =>
        Row().Matches(page).FirstOrDefault(row => row.Groups[1].Value == method) is { } match ? (match.Groups[2].Value, match.Groups[3].Value) : null;

    [GeneratedRegex("<td>(\\w+)</td><td class=n>([\\d,]+)</td><td class=n>([\\d,]+)</td>")]
    private static partial Regex Row();
}
