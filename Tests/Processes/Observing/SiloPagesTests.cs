using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Orleans.Kv.Tests.Telemetry.Metrics;

namespace Orleans.Kv.Tests.Processes.Observing;

/// <summary>What a silo's process tells of itself: over HTTP, in its log, and to a collector. One silo that nobody uses: it disturbs no suite that promises times, and promises none.</summary>
public sealed class SiloPagesTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Folder _folder = new();
    private readonly HttpClient _http = new() { Timeout = Patience };
    private readonly int[] _ports = Free(3);

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task ASilo_SaysWhenItIsReady_WhatItMeasures_AndChangesWhatItLogs()
    {
        await using var silo = Start("--log-format", "json");
        var url = await ReadyAsync(silo);

        var page = PrometheusPage.Parse(await _http.GetStringAsync(url + "/metrics"));
        Assert.Equal((1, 1, 0), (page["kv_map_member"], page["kv_map_nodes"], page["kv_silo_isolated"]));
        Assert.True(page["process_uptime_seconds"] > 0);
        Assert.Contains(page.Samples.Keys, key => key.Name == "target_info" && key.Labels.Contains("service_instance_id=\"observed\"", StringComparison.Ordinal));

        using var changed = await _http.PostAsJsonAsync(url + "/log-level", new { category = "Orleans.Kv.Grains", level = "Debug" });
        Assert.Equal("Debug", (await changed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("levels").GetProperty("Orleans.Kv.Grains").GetString());
        using var refused = await _http.PostAsJsonAsync(url + "/log-level", new { level = "loud" });
        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (refused.StatusCode, refused.Content.Headers.ContentType!.MediaType));

        // Every line of the log is an object by itself.
        Assert.All(silo.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Equal(JsonValueKind.String, JsonDocument.Parse(line).RootElement.GetProperty("Message").ValueKind));
    }

    [Fact]
    public async Task ACollectorThatTheEnvironmentNames_IsToldMetricsAndLogs()
    {
        var told = new ConcurrentDictionary<string, long>();
        using var collector = new HttpListener();
        var endpoint = $"http://127.0.0.1:{Free(1)[0]}/";
        collector.Prefixes.Add(endpoint);
        collector.Start();
        var serving = ServeAsync(collector, told);
        await using (var silo = Start([], ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRIC_EXPORT_INTERVAL", "200"), ("OTEL_BLRP_SCHEDULE_DELAY", "200")))
        {
            await Wait.Until("metrics and logs at the collector", Patience, () => Task.FromResult(
                told.GetValueOrDefault("/v1/metrics") > 0 && told.GetValueOrDefault("/v1/logs") > 0 ? null : $"{string.Join(' ', told)} {silo.Errors}"));
        }

        collector.Close();
        await serving;
    }

    private static async Task ServeAsync(HttpListener collector, ConcurrentDictionary<string, long> told)
    {
        while (true)
        {
            try
            {
                var context = await collector.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                // The names travel as they are: a body that names none of the store's has not been made of its measurements.
                var isOurs = Encoding.UTF8.GetString(body.ToArray()).Contains(context.Request.Url!.AbsolutePath == "/v1/metrics" ? "kv.map.epoch" : "orleans-kv-silo", StringComparison.Ordinal);
                if (isOurs) told.AddOrUpdate(context.Request.Url.AbsolutePath, 1, static (_, count) => count + 1);
                context.Response.StatusCode = 200;
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException or IOException)
            {
                if (!collector.IsListening) return;
            }
        }
    }

    // All at once, so that no two of them are the same.
    private static int[] Free(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        foreach (var listener in listeners) listener.Start();
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }

    private Program Start(params string[] arguments) => Start(arguments, []);

    private Program Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var ports = _ports.Select(port => port.ToString(CultureInfo.InvariantCulture)).ToArray();
        var start = Programs.Start(
            Programs.Silo,
            ["--directory", _folder.Path, "--name", "observed", "--silo-port", ports[0], "--gateway-port", ports[1], "--metrics-port", ports[2], "--formation-size", "1", .. arguments]);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Program.Start(start);
    }

    private async Task<string> ReadyAsync(Program silo)
    {
        var url = $"http://127.0.0.1:{_ports[2]}";
        await Wait.Until("a silo that is a member of its map", Patience, async () =>
        {
            if (silo.HasExited) throw new InvalidOperationException($"it ended with {silo.ExitCode}: {silo.Output} {silo.Errors}");
            try
            {
                using var ready = await _http.GetAsync(url + "/health/ready");
                var page = await _http.GetStringAsync(url + "/metrics");
                return ready.IsSuccessStatusCode && page.Contains("\nkv_map_member 1\n", StringComparison.Ordinal) ? null : await ready.Content.ReadAsStringAsync();
            }
            catch (HttpRequestException fault)
            {
                return fault.Message;
            }
        });
        return url;
    }
}
