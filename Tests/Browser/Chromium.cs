using Microsoft.Playwright;
using Orleans.Kv.Tests.Driving.Machine;

namespace Orleans.Kv.Tests.Browser;

/// <summary>The machine's own chromium, without a window.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    public const string Missing = "There is no chromium on this machine's path (Debian: apt-get install chromium).";

    // In milliseconds. Five seconds, as they are by default, pass on a machine that does much else before a page has been drawn.
    private const float ExpectPatience = 30_000;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    public static string? Path { get; } = Installed.Find("chromium", "chromium-browser", "google-chrome");

    public static async Task<Chromium> Start()
    {
        var path = Path ?? throw new InvalidOperationException(Missing);
        Assertions.SetDefaultExpectTimeout(ExpectPatience);
        var playwright = await Playwright.CreateAsync();
        // Its sandbox needs rights that a build machine's root does not have; the only page it sees is ours.
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Args = ["--no-sandbox", "--disable-dev-shm-usage"] });
        return new Chromium(playwright, browser);
    }

    /// <summary>A page of somebody with a browser of their own, as far as cookies and caches go.</summary>
    public async Task<ClientPage> Open(Uri api, string prefix = "", ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions { ColorScheme = scheme });
        context.SetDefaultTimeout(30_000);
        return await ClientPage.Open(await context.NewPageAsync(), api, prefix);
    }

    /// <summary>An empty page, of somebody with a browser of their own.</summary>
    public async Task<IPage> NewPage(ColorScheme scheme = ColorScheme.Light, int width = 1_280)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions { ColorScheme = scheme, ViewportSize = new ViewportSize { Width = width, Height = 900 }, Locale = "en-GB", TimezoneId = "UTC" });
        context.SetDefaultTimeout(30_000);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
