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
        var first = await host.Http.GetStringAsync("/orleans/");
        foreach (var silo in host.Cluster.Silos) Assert.Contains($"<td>{silo.Name}</td>", first, StringComparison.Ordinal);
        Assert.Contains("<td>Orleans.Kv.Tests.Runtime.Host.Grains.CallGrain</td>", first, StringComparison.Ordinal);
        Assert.DoesNotContain("<td>ContextValue</td>", first, StringComparison.Ordinal);
        Assert.Contains("http-equiv=refresh content=3>", first, StringComparison.Ordinal);

        for (var i = 0; i < 4; i++) await grain.ContextValue("after");
        await Assert.ThrowsAsync<ActivationRefusedException>(() => grain.Throw("no such luck"));
        var second = await host.Http.GetStringAsync("/orleans/");
        Assert.Equal(("4", "0"), CallsOf(second, nameof(ICallGrain.ContextValue)));
        Assert.Equal(("1", "1"), CallsOf(second, nameof(ICallGrain.Throw)));
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

    private static (string Calls, string Failed) CallsOf(string page, string method)
    {
        var match = Row().Matches(page).Single(row => row.Groups[1].Value == method);
        return (match.Groups[2].Value, match.Groups[3].Value);
    }

    [GeneratedRegex("<td>(\\w+)</td><td class=n>([\\d,]+)</td><td class=n>([\\d,]+)</td>")]
    private static partial Regex Row();
}
