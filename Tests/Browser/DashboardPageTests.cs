using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Orleans.Kv.Tests.Browser;

/// <summary>The dashboard in front of answers that are made up: what it makes of them, for whom, and with which means.</summary>
[Collection(BrowserTests.Name)]
public sealed class DashboardPageTests(DashboardFixture fixture) : IClassFixture<DashboardFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly CannedAnswers _answers = new();

    [BrowserFact]
    public async Task ASiloThatIsDown_AndWhatIsOwedToIt_AreShown()
    {
        var page = await Open();
        await Expect(page.Health).ToHaveTextAsync("silo-3 is not reachable. The others serve all keys.");
        await page.ShowsState("silo-1", "Leader");
        await page.ShowsState("silo-1", "In sync");
        await page.ShowsState("silo-2", "Catching up");
        await page.ShowsState("silo-3", "Down");
        await page.ShowsFact("silo-1", "Uptime", "1 d 2 h");
        await page.ShowsFact("silo-1", "Memory", "256 MiB");
        await page.ShowsFact("silo-1", "Epoch", "4");
        await page.ShowsFact("silo-3", "Pending pushes", "5,210");
        await Expect(page.Card("silo-2").GetByRole(AriaRole.Progressbar)).ToHaveAttributeAsync("value", "660");
        await Expect(page.Row("Pending pushes", "silo-3")).ToHaveCountAsync(2);
        await Expect(page.Row("Pending pushes", "silo-3").First).ToContainTextAsync("Waiting");
        await Expect(page.Row("Pending pushes", "silo-2")).ToContainTextAsync("Under way");
        await Expect(page.Row("Operations by kind", "fetch")).ToContainTextAsync("0.4 ms");
        // The gap in the curve is one: two pieces, none of which leads over it.
        await Expect(page.Page.Locator("#throughput path.line.k-store")).ToHaveCountAsync(2);
        await Expect(page.Row("Grain types", "KeyGrain")).ToContainTextAsync("812");
        Assert.Empty(page.Complaints);
    }

    [BrowserFact]
    public async Task AConflict_IsForgotten_OrItsLostValueBroughtBack()
    {
        var page = await Open();
        await Expect(page.Row("Conflicts", "greeting")).ToContainTextAsync("\"hallo\"");
        await Expect(page.Page.Locator("#conflicts-more")).ToHaveTextAsync("silo-3 did not say what they know.");
        await page.Button("Bring back what was lost of greeting").ClickAsync();
        await Wait.Until("the lost value is stored, then the conflict deleted", Patience, () =>
        {
            var received = _answers.Received.Where(request => !request.StartsWith("POST /list", StringComparison.Ordinal)).ToList();
            return Task.FromResult(received is ["POST /store {\"key\":\"greeting\",\"value\":\"hallo\"}", "DELETE /conflicts/k1.7.silo-2"] ? null : string.Join("; ", received));
        });
    }

    [BrowserFact]
    public async Task ATokenIsAskedFor_Sent_AndWhatItMayNotDoIsSaid()
    {
        _answers.Token = "secret";
        _answers.IsReadOnly = true;
        var page = await Open();
        await Expect(page.Health).ToContainTextAsync("a token is needed");
        await page.Button("Token").ClickAsync();
        await page.Page.GetByLabel("Token", new PageGetByLabelOptions { Exact = true }).And(page.Page.Locator("input")).FillAsync("secret");
        await page.Button("Use it").ClickAsync();
        await page.ShowsState("silo-1", "In sync");

        await page.Button("AP").ClickAsync();
        await page.Button("Switch").ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("this token does not allow it");
        await Expect(page.Button("CP")).ToHaveAttributeAsync("aria-pressed", "true");
        // What is kept is kept for this tab alone.
        Assert.DoesNotContain("secret", await page.Page.EvaluateAsync<string>("JSON.stringify([document.cookie, {...localStorage}, location.href])"), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task TheKeyboard_LeadsEverywhere_AndSwitchesTheModeOnlyAfterAQuestion()
    {
        var page = await Open();
        await page.ShowsState("silo-1", "In sync");
        await page.TabTo("Skip to the silos");
        await page.TabTo("ap");
        await page.Page.Keyboard.PressAsync("Space");
        // The question begins at the answer that changes nothing.
        await page.Page.Keyboard.PressAsync("Enter");
        await page.TabTo("Token");
        Assert.DoesNotContain(_answers.Received, request => request.StartsWith("POST /conf", StringComparison.Ordinal));
        await page.Page.Keyboard.PressAsync("Shift+Tab");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.TabTo("ask-mode-yes");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Button("AP")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.TabTo("Forget");
        await page.TabTo("prefix");
        await page.TabTo("a");
        await page.TabTo("save");
    }

    [BrowserFact]
    public async Task BothColourSchemes_CanBeRead_AndEverythingHasAName()
    {
        var backgrounds = new List<string>();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            var page = await Open(scheme);
            await page.ShowsState("silo-3", "Down");
            await Expect(page.Row("Conflicts", "greeting")).ToBeVisibleAsync();
            await Expect(page.Row("Grain types", "KeyGrain")).ToBeVisibleAsync();
            Assert.Empty(await page.FaintTexts());
            Assert.Empty(await page.Nameless());
            backgrounds.Add(await page.Background());
        }

        Assert.NotEqual(backgrounds[0], backgrounds[1]);
    }

    [BrowserFact]
    public async Task ANarrowWindow_NeedsNoScrollingSideways()
    {
        var page = await Open(width: 390);
        await page.ShowsState("silo-3", "Down");
        await Expect(page.Row("Grain types", "KeyGrain")).ToBeAttachedAsync();
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
    }

    [BrowserFact]
    public async Task AnApiHostThatEnds_IsSaid()
    {
        var page = await Open();
        await page.ShowsState("silo-1", "In sync");
        _answers.IsGone = true;
        await Expect(page.Health).ToHaveTextAsync("The cluster cannot be seen: the API host does not answer.");
    }

    private async Task<DashboardPage> Open(ColorScheme scheme = ColorScheme.Light, int width = 1_280) =>
        await DashboardPage.Open(await fixture.Chromium.NewPage(scheme, width), fixture.Url, _answers);
}
