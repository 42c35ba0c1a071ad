using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Orleans.Kv.Tests.Browser;

/// <summary><c>/dashboard</c> in one browser, used by what is written on it.</summary>
internal sealed class DashboardPage
{
    private readonly List<string> _complaints = [];

    private DashboardPage(IPage page) => Page = page;

    public IPage Page { get; }

    /// <summary>What the page has asked for.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>What the browser complained of: faults of the script, what the page's policy forbids. That a silo is missing is no fault of the page.</summary>
    public IEnumerable<string> Complaints => _complaints.Where(text => !text.Contains("Failed to load resource", StringComparison.Ordinal));

    public ILocator Health => Page.Locator("#health");

    /// <param name="page">An empty page.</param>
    /// <param name="api">The API host that serves it.</param>
    /// <param name="answers">What the routes are to answer, in place of the host; those that are not named it answers itself.</param>
    public static async Task<DashboardPage> Open(IPage page, Uri api, CannedAnswers? answers = null)
    {
        var dashboard = new DashboardPage(page);
        page.Request += (_, request) => dashboard.Requests.Add(request.Url);
        page.PageError += (_, error) => dashboard._complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") dashboard._complaints.Add(message.Text);
        };
        if (answers is not null) await page.RouteAsync(answers.Answers, answers.Give);
        await page.GotoAsync(new Uri(api, "/dashboard").ToString());
        return dashboard;
    }

    public ILocator Card(string silo) => Page.Locator($"article[data-silo=\"{silo}\"]");

    public Task ShowsState(string silo, string state) => Expect(Card(silo).Locator(".badge", new LocatorLocatorOptions { HasText = state })).ToBeVisibleAsync();

    public Task ShowsFact(string silo, string name, string value) =>
        Expect(Card(silo).Locator("dl > div", new LocatorLocatorOptions { Has = Page.Locator("dt", new PageLocatorOptions { HasTextString = name }) }).Locator("dd")).ToHaveTextAsync(value);

    public ILocator Row(string table, string begin) =>
        Page.GetByRole(AriaRole.Table, new PageGetByRoleOptions { Name = table, Exact = true }).Locator("tbody tr", new LocatorLocatorOptions { Has = Page.Locator("th", new PageLocatorOptions { HasTextString = begin }) });

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true });

    public ILocator Value => Page.GetByLabel("Value (JSON");

    /// <summary>The versions that it lists of the chosen key, newest first.</summary>
    public ILocator Versions => Page.GetByRole(AriaRole.List, new PageGetByRoleOptions { Name = "Versions seen" }).GetByRole(AriaRole.Listitem);

    public Task HasVersion(int version) => Expect(Versions.First).ToContainTextAsync($"Version {version.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>Text that is harder to read than WCAG's level AA allows, with its contrast.</summary>
    public Task<string[]> FaintTexts() => Page.EvaluateAsync<string[]>("""
        () => {
            const rgb = text => { const found = text.match(/[\d.]+/g).map(Number); return { c: found.slice(0, 3), a: found.length > 3 ? found[3] : 1 }; };
            const light = c => c.map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
            const behind = node => { for (; node; node = node.parentElement) { const colour = rgb(getComputedStyle(node).backgroundColor); if (colour.a === 1) return colour.c; } return [255, 255, 255]; };
            const faint = [];
            for (const node of document.querySelectorAll('body *')) {
                const style = getComputedStyle(node), box = node.getBoundingClientRect();
                const text = [...node.childNodes].filter(child => child.nodeType === 3).map(child => child.textContent.trim()).join('');
                if (!text || !box.width || style.visibility === 'hidden' || node.disabled || node.closest('script, style, .unseen, dialog:not([open])')) continue;
                const [front, back] = [light(rgb(node.closest('svg') ? style.fill : style.color).c), light(behind(node))];
                const contrast = (Math.max(front, back) + .05) / (Math.min(front, back) + .05);
                if (contrast < 4.5) faint.push(`${text.slice(0, 40)}: ${contrast.toFixed(2)}`);
            }
            return faint;
        }
        """);

    /// <summary>What can be used, and the pictures, that have no name for those who do not see them.</summary>
    public Task<string[]> Nameless() => Page.EvaluateAsync<string[]>("""
        () => [...document.querySelectorAll('a, button, input, textarea, [role=img], table, section, nav, article, progress')]
            .filter(node => !(node.ariaLabel || node.labels?.length || node.textContent.trim() && /^(A|BUTTON)$/.test(node.tagName) || node.getAttribute('aria-labelledby')?.split(' ').every(id => document.getElementById(id)?.textContent)))
            .map(node => node.outerHTML.slice(0, 100))
        """);

    public Task<string> Background() => Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");

    /// <summary>Goes on with the Tab key until what has this text, or this id, is reached; each stop on the way must be visible as such.</summary>
    public async Task TabTo(string what)
    {
        for (var i = 0; i < 60; i++)
        {
            await Page.Keyboard.PressAsync("Tab");
            var at = await Page.EvaluateAsync<string[]>("""
                () => { const node = document.activeElement, style = getComputedStyle(node); return [node.id, node.textContent.trim().slice(0, 60), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 ? 'seen' : 'unseen']; }
                """);
            Assert.True(at[2] == "seen", $"nobody sees that {at[0]} {at[1]} is where the keyboard is");
            if (at[0] == what || at[1] == what) return;
        }

        Assert.Fail($"The Tab key does not lead to {what}.");
    }
}
