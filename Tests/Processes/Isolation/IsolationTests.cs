using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Kv.Tests.Checking.Machine;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Processes.Isolation;

/// <summary>
/// A silo that was declared dead and cannot reach the others: it goes on for the API host beside it, touches nothing that is shared, and returns by itself. Here the others are gone rather than cut off,
/// which looks the same from where it stands, and takes no privileges.
/// </summary>
[Collection(ProcessTests.Name)]
public class IsolationTests(ITestOutputHelper output)
{
    private const string Cut = "silo-3";

    private static readonly TimeSpan Death = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A silo of the shared table writes it every five seconds.</summary>
    private static readonly TimeSpan Heartbeats = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task SiloDeclaredDeadByOthersThatAreGoneWhenItWakes_ServesAlone_WritesNothingShared_AndBringsBackWhatItHoldsWhenTheyReturn()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var status = new Status(cluster.Url);
            await using var beside = await StartApi(cluster);
            var url = new Uri("http://" + beside.Line);
            using var client = new HttpClient { BaseAddress = url, Timeout = Patience };
            using var alone = new Status(url);
            await status.UntilInSync(Patience, [.. LocalCluster.Silos]);
            await Store(client, "kept", 42);

            var process = cluster.Pid(Cut);
            Signals.Pause(process);
            await Wait.Until($"{Cut} is dead", Death, async () =>
            {
                var cluster = await status.Get("/cluster");
                return StateOf(cluster, Cut) == "dead" ? null : cluster.GetRawText();
            });
            // Both of those whose word it is, and with them the last active silo of the table.
            Signals.Kill(cluster.Pid("silo-1"));
            Signals.Kill(cluster.Pid("silo-2"));
            Signals.Resume(process);
            var awake = Stopwatch.StartNew();
            await Wait.Until($"{Cut} serves by itself", Patience, async () =>
            {
                var seen = await alone.Get("/cluster");
                return StateOf(seen, Cut) == "partitioned" ? null : seen.GetRawText();
            });
            // Until then it was the former host that answered, and it may have been writing a last sign of life.
            await Wait.Until($"{Cut} says that it is cut off", Patience, async () =>
            {
                await using var log = new FileStream(Path.Combine(cluster.Directory, Cut + ".log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                using var reader = new StreamReader(log);
                return (await reader.ReadToEndAsync()).Contains("CUT OFF", StringComparison.Ordinal) ? null : "nothing of it in its log";
            });
            output.WriteLine($"isolated, and answering, {awake.ElapsedMilliseconds} ms after it woke");

            var before = await File.ReadAllBytesAsync(ClusterFile(cluster));
            await Task.Delay(Heartbeats);
            Assert.Equal(before, await File.ReadAllBytesAsync(ClusterFile(cluster)));
            var (code, took) = await Refusal(client, "kept");
            output.WriteLine($"refused with {code} after {took.TotalMilliseconds:F0} ms");
            Assert.Equal("no-quorum", code);

            await Restart(cluster, "silo-1");
            await Restart(cluster, "silo-2");
            var back = Stopwatch.StartNew();
            await Wait.Until($"{Cut} has returned", Patience, async () =>
            {
                var seen = await status.Get("/cluster");
                return StateOf(seen, "silo-1") is not null && StateOf(seen, Cut) is not null and not "dead" ? null : seen.GetRawText();
            });
            output.WriteLine($"returned {back.ElapsedMilliseconds} ms after the others");
            // Two of three stores are gone for ever: what the third one holds takes an operator.
            await Wait.Until("an operator can recover", Patience, async () =>
            {
                var (exitCode, said, complaint) = await cluster.Kv("recover", "--yes");
                return exitCode == 0 && said.Contains("recovered", StringComparison.Ordinal) ? null : said + complaint;
            });
            await status.UntilInSync(Patience, [.. LocalCluster.Silos]);
            using var fetched = await client.PostAsJsonAsync("/fetch", new { key = "kept" });
            Assert.Equal(42, (await fetched.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("value").GetInt32());
            Assert.Equal(process, cluster.Pid(Cut));
            Assert.True(Signals.IsAlive(process), "the process of the silo that was cut off has ended");
        });
    }

    private static string ClusterFile(LocalCluster cluster) => Path.Combine(cluster.Directory, "cluster.json");

    /// <summary>An API host as it stands beside the silo, with that silo as its only fixed gateway.</summary>
    private static async Task<Beside> StartApi(LocalCluster cluster)
    {
        var endpoints = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(Path.Combine(cluster.Directory, "endpoints.json")));
        var port = endpoints.GetProperty("silos").EnumerateArray().Single(silo => silo.GetProperty("name").GetString() == Cut).GetProperty("gatewayPort").GetInt32();
        var line = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Ports.Free()}");
        var program = Program.Start(
            Programs.Api, "--directory", cluster.Directory, "--urls", $"http://{line}", "--gateway", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"));
        return new Beside(program, line);
    }

    private static async Task Restart(LocalCluster cluster, string silo)
    {
        var (exitCode, _, errors) = await cluster.Kv("silo", "start", silo);
        Assert.True(exitCode == 0, errors);
        cluster.Pid(silo);
    }

    private static async Task Store(HttpClient client, string key, int value) => await Wait.Until($"{key} is stored", Patience, async () =>
    {
        try
        {
            using var stored = await client.PostAsJsonAsync("/store", new { key, value });
            return stored.IsSuccessStatusCode ? null : await stored.Content.ReadAsStringAsync();
        }
        catch (HttpRequestException fault)
        {
            return fault.Message;
        }
    });

    private static async Task<(string? Code, TimeSpan Took)> Refusal(HttpClient client, string key)
    {
        var asked = Stopwatch.StartNew();
        using var response = await client.PostAsJsonAsync("/fetch", new { key });
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.TryGetProperty("code", out var code) ? code.GetString() : answer.GetRawText(), asked.Elapsed);
    }

    /// <summary>Null where the answer is an error, or has no such silo.</summary>
    private static string? StateOf(JsonElement cluster, string name) => !cluster.TryGetProperty("nodes", out var nodes) ? null : nodes.EnumerateArray()
        .Where(node => node.GetProperty("name").GetString() == name).Select(node => node.GetProperty("state").GetString()).FirstOrDefault();

    private sealed class Beside(Program program, string line) : IAsyncDisposable
    {
        public string Line => line;

        public ValueTask DisposeAsync() => program.DisposeAsync();
    }
}
