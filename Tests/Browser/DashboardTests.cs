using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Orleans.Kv.Tests.Browser;

/// <summary>The dashboard of a cluster as <c>kv up</c> starts it: what it shows is what is there, and what is done on it happens.</summary>
[Collection(BrowserTests.Name)]
public class DashboardTests
{
    [BrowserFact]
    public async Task ARealCluster_IsShownAndUsed()
    {
        await using var cluster = await LocalCluster.Start();
        await using var chromium = await Chromium.Start();
        await cluster.Explaining(async () =>
        {
            using var load = new GentleLoad(cluster.Url);
            var page = await DashboardPage.Open(await chromium.NewPage(), cluster.Url);
            await Expect(page.Health).ToHaveTextAsync("All silos are in sync.");
            foreach (var silo in LocalCluster.Silos)
            {
                await page.ShowsState(silo, "In sync");
                await page.ShowsFact(silo, "Pending pushes", "0");
                await Expect(page.Card(silo)).ToContainTextAsync("MiB");
            }

            await Expect(page.Page.Locator(".card .badge", new PageLocatorOptions { HasTextString = "Leader" })).ToHaveCountAsync(1);
            await Expect(page.Row("Operations by kind", "store")).ToContainTextAsync("ms");
            await Expect(page.Page.Locator("#throughput path.line.k-store")).ToHaveCountAsync(1);
            await Expect(page.Row("Grain types", "KeyGrain")).ToContainTextAsync("ms");
            await EditsAKey(page, load);
            await SwitchesTheMode(page);

            Signals.Kill(cluster.Pid("silo-2"));
            await Expect(page.Card("silo-2").Locator(".badge.good")).ToHaveCountAsync(0);
            await Expect(page.Card("silo-1").Locator(".badge.good")).ToHaveCountAsync(1);
            Assert.Empty(page.Complaints);
            Assert.All(page.Requests, request => Assert.True(IsOwn(request, cluster.Url), $"the page asked for {request}"));
        });
    }

    private static async Task EditsAKey(DashboardPage page, GentleLoad load)
    {
        await load.Store("browsed/ü", "{\"a\": 12345678901234567890.5}");
        await page.Page.GetByLabel("Keys that begin with").FillAsync("browsed/");
        await page.Button("Show").ClickAsync();
        await page.Button("browsed/ü").ClickAsync();
        await Expect(page.Value).ToHaveValueAsync("{\"a\":12345678901234567890.5}");
        await page.HasVersion(1);

        await page.Value.FillAsync("\"edited\"");
        await page.Value.PressAsync("Control+Enter");
        await page.HasVersion(2);
        // Somebody else's change is seen too, and does not take away what is being written.
        await page.Value.FillAsync("\"not saved yet\"");
        await load.Store("browsed/ü", "\"theirs\"");
        await page.HasVersion(3);
        await Expect(page.Value).ToHaveValueAsync("\"not saved yet\"");
        await Expect(page.Page.Locator("#note")).ToContainTextAsync("Changed meanwhile to \"theirs\"");
        await Expect(page.Versions).ToHaveCountAsync(3);

        await page.Button("Edit version 2").ClickAsync();
        await page.Button("Save").ClickAsync();
        await page.HasVersion(4);
        await Expect(page.Versions.First).ToContainTextAsync("\"edited\"");
    }

    private static async Task SwitchesTheMode(DashboardPage page)
    {
        foreach (var mode in (string[])["AP", "CP"])
        {
            await page.Button(mode).FocusAsync();
            await page.Page.Keyboard.PressAsync("Enter");
            await page.Button("Switch").PressAsync("Enter");
            await Expect(page.Button(mode)).ToHaveAttributeAsync("aria-pressed", "true");
        }
    }

    internal static bool IsOwn(string request, Uri api) =>
        request.StartsWith("data:", StringComparison.Ordinal) || (Uri.TryCreate(request, UriKind.Absolute, out var uri) && uri.Authority == api.Authority);
}
