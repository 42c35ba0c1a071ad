using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Orleans.Kv.Tests.Browser;

/// <summary>
/// Makes <c>docs/images/dashboard-*.png</c> of a real cluster, with a silo down and what is owed to it. Only where <c>KV_SCREENSHOTS</c> is set: it takes minutes, for the curves to be long, and pictures
/// differ from one time to the next.
/// </summary>
[Collection(BrowserTests.Name)]
public class DashboardScreenshots
{
    // Curves of as long a time.
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(150);

    [ScreenshotFact]
    public async Task TheDocumentsPictures_AreMadeAnew()
    {
        await using var cluster = await LocalCluster.Start();
        await using var chromium = await Chromium.Start();
        await cluster.Explaining(async () =>
        {
            using var load = new GentleLoad(cluster.Url, users: 6);
            var (light, dark) = (await Open(chromium, cluster, ColorScheme.Light), await Open(chromium, cluster, ColorScheme.Dark));
            foreach (var page in (DashboardPage[])[light, dark]) await Expect(page.Row("Operations by kind", "delete")).ToBeVisibleAsync();
            for (var i = 1; i <= 4; i++) await load.Store("settings/greeting", $"{{\"text\":\"hello\",\"edition\":{i}}}");
            await light.Page.GetByLabel("Keys that begin with").FillAsync("settings/");
            await light.Button("Show").ClickAsync();
            await light.Button("settings/greeting").ClickAsync();
            await light.HasVersion(4);
            for (var i = 5; i <= 7; i++) await load.Store("settings/greeting", $"{{\"text\":\"hello\",\"edition\":{i}}}");
            await light.HasVersion(7);
            await Task.Delay(Before);

            Signals.Kill(cluster.Pid("silo-3"));
            foreach (var page in (DashboardPage[])[light, dark]) await Expect(page.Row("Pending pushes", "silo-3").First).ToContainTextAsync("Waiting");
            foreach (var page in (DashboardPage[])[light, dark]) await page.ShowsState("silo-3", "Down");
            await Picture(light, "dashboard-light");
            await Picture(dark, "dashboard-dark");
            await light.Page.Locator("#keys").ScreenshotAsync(new LocatorScreenshotOptions { Path = File("dashboard-keys") });
        });
    }

    private static async Task<DashboardPage> Open(Chromium chromium, LocalCluster cluster, ColorScheme scheme)
    {
        var page = await DashboardPage.Open(await chromium.NewPage(scheme), cluster.Url);
        await page.ShowsState("silo-3", "In sync");
        return page;
    }

    private static async Task Picture(DashboardPage page, string name)
    {
        // The line at the top stays where the window is.
        await page.Page.EvaluateAsync("scrollTo({ top: 0, behavior: 'instant' })");
        await page.Page.ScreenshotAsync(new PageScreenshotOptions { Path = File(name), FullPage = true });
    }

    private static string File(string name) => Path.Combine(Programs.Repository, "docs", "images", name + ".png");
}
