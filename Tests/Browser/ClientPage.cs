using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Orleans.Kv.Tests.Browser;

/// <summary><c>/client</c> in one browser, used by what is written on it.</summary>
internal sealed class ClientPage
{
    private readonly IPage _page;

    private ClientPage(IPage page) => _page = page;

    /// <summary>What the page has asked for, and what it complained of.</summary>
    public List<string> Requests { get; } = [];

    public List<string> Complaints { get; } = [];

    public static async Task<ClientPage> Open(IPage page, Uri api, string prefix)
    {
        var client = new ClientPage(page);
        page.Request += (_, request) => client.Requests.Add(request.Url);
        page.WebSocket += (_, socket) => client.Requests.Add(socket.Url);
        page.PageError += (_, error) => client.Complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") client.Complaints.Add(message.Text);
        };
        await page.GotoAsync(new Uri(api, "/client" + (prefix.Length == 0 ? "" : $"?prefix={Uri.EscapeDataString(prefix)}")).ToString());
        await client.IsConnected();
        return client;
    }

    public Task IsConnected() => Expect(_page.Locator("#state")).ToHaveTextAsync("Connected");

    public async Task Store(string key, string value)
    {
        await _page.GetByLabel("Key", new PageGetByLabelOptions { Exact = true }).FillAsync(key);
        await _page.GetByLabel("Value (JSON").FillAsync(value);
        await _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Store" }).ClickAsync();
    }

    public Task Type(string key, string value) => Value(key).FillAsync(value);

    public Task Save(string key) => Button("Save", key).ClickAsync();

    /// <summary>Saves without leaving the keyboard.</summary>
    public Task SaveByKeys(string key) => Value(key).PressAsync("Control+Enter");

    public Task Delete(string key) => Button("Delete", key).ClickAsync();

    public Task TakeTheirs(string key) => Row(key).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Take it" }).ClickAsync();

    public async Task Shows(string key, string value, long? version = null)
    {
        await Expect(Value(key)).ToHaveValueAsync(value);
        if (version is { } number) await Expect(Row(key).Locator(".version span")).ToHaveTextAsync(number.ToString(CultureInfo.InvariantCulture));
    }

    public Task ShowsNo(string key) => Expect(Row(key)).ToHaveCountAsync(0);

    public Task Notes(string key, string text) => Expect(Row(key).Locator(".note")).ToContainTextAsync(text);

    public Task Says(string text) => Expect(_page.GetByRole(AriaRole.Alert)).ToContainTextAsync(text);

    public Task<string> Background() => _page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");

    /// <summary>The keys in the order in which they are shown.</summary>
    public Task<string[]> Keys() => _page.EvaluateAsync<string[]>("[...document.querySelectorAll('tbody tr')].map(row => row.dataset.key)");

    private ILocator Row(string key) => _page.Locator($"tr[data-key=\"{key}\"]");

    private ILocator Value(string key) => Row(key).GetByRole(AriaRole.Textbox);

    private ILocator Button(string name, string key) => _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = $"{name} {key}", Exact = true });
}
