using System.Globalization;
using Orleans.Kv.Tests.Checking.Machine;
using Program = Orleans.Kv.Tests.Driving.Clusters.Program;

namespace Orleans.Kv.Tests.Browser;

/// <summary>A browser, and an API host without silos, which serves nothing but its pages.</summary>
public sealed class DashboardFixture : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(40);

    private readonly Folder _folder = new();
    private Program? _api;
    private Chromium? _chromium;

    public Uri Url { get; } = new($"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}");

    internal Chromium Chromium => _chromium ?? throw new InvalidOperationException(Chromium.Missing);

    public async Task InitializeAsync()
    {
        // Made for tests that are skipped as well.
        if (Chromium.Path is null) return;
        _api = Program.Start(Programs.Api, "--directory", _folder.Path, "--port", Url.Port.ToString(CultureInfo.InvariantCulture), "--log-level", "Critical");
        using var http = new HttpClient { BaseAddress = Url };
        await Wait.Until("the API host serves its page", StartPatience, async () =>
        {
            try
            {
                using var response = await http.GetAsync("/dashboard");
                return response.IsSuccessStatusCode ? null : $"{response.StatusCode}";
            }
            catch (HttpRequestException fault)
            {
                return $"{fault.Message} {_api.Errors}";
            }
        });
        _chromium = await Chromium.Start();
    }

    public async Task DisposeAsync()
    {
        if (_chromium is not null) await _chromium.DisposeAsync();
        if (_api is not null) await _api.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();
}
