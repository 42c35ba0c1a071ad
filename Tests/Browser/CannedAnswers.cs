using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Orleans.Kv.Tests.Browser;

/// <summary>Answers in the place of an API host: a cluster in a state that no real one would keep for as long as a test looks. Three silos, of which silo-3 is down and owed what it has missed.</summary>
internal sealed partial class CannedAnswers
{
    private readonly Lock _gate = new();
    private readonly List<string> _received = [];

    public Regex Answers { get; } = Routes();

    /// <summary>What a request must bring as its token, where one is wanted.</summary>
    public string? Token { get; set; }

    /// <summary>Refuses whatever changes something, as it is done with a token that may only read.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>Nobody answers any more.</summary>
    public bool IsGone { get; set; }

    public string Mode { get; set; } = "CP";

    /// <summary>Everything that was asked for other than by GET, with its body.</summary>
    public IReadOnlyList<string> Received
    {
        get
        {
            lock (_gate) return [.. _received];
        }
    }

    public Task Give(IRoute route)
    {
        var request = route.Request;
        var path = new Uri(request.Url).AbsolutePath;
        if (IsGone) return route.AbortAsync("connectionrefused");
        if (request.Method != "GET")
        {
            lock (_gate) _received.Add($"{request.Method} {path} {request.PostData}".Trim());
        }

        if (Token is not null && request.Headers.GetValueOrDefault("authorization") != $"Bearer {Token}") return Problem(route, 401, "unauthenticated", "a token is needed");
        if (IsReadOnly && path == "/conf" && request.Method == "POST") return Problem(route, 403, "forbidden", "the role read may not do this");
        if (path == "/conf" && request.Method == "POST") Mode = JsonDocument.Parse(request.PostData!).RootElement.GetProperty("mode").GetString()!;
        return path switch
        {
            "/cluster" => Json(route, Cluster()),
            "/issynch" => Json(route, Synchrony),
            "/statistics" => Json(route, Statistics()),
            "/conf" => Json(route, $$"""{"mode":"{{Mode}}","v":1,"epoch":4}"""),
            "/conflicts" => Json(route, Conflicts),
            "/list" => Json(route, """{"keys":["a","b"],"next":null,"stale":false}"""),
            _ => Json(route, "{}"),
        };
    }

    private static Task Json(IRoute route, string body) => route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = body });

    private static Task Problem(IRoute route, int status, string code, string detail) => route.FulfillAsync(new RouteFulfillOptions
    {
        Status = status, ContentType = "application/problem+json", Body = $$"""{"status":{{status}},"code":"{{code}}","detail":"{{detail}}"}""",
    });

    private string Cluster() => $$"""
        {"epoch":4,"mode":"{{Mode}}","leader":"silo-1","leaderSays":null,"migrating":false,"migration":null,"lastMigration":null,"majorityLost":[],"nodes":[
          {"name":"silo-1","state":"in-sync","keys":12345,"pending":0,"pendingSlots":0,"member":true,"store":"a","unreachableSince":null,"pendingWrites":0},
          {"name":"silo-2","state":"catching-up","keys":12001,"pending":340,"pendingSlots":0,"member":true,"store":"b","unreachableSince":null,"pendingWrites":2},
          {"name":"silo-3","state":"dead","keys":null,"pending":5210,"pendingSlots":0,"member":true,"store":"c","unreachableSince":"2026-11-21T12:00:00.000Z","pendingWrites":null}]}
        """;

    private const string Synchrony = """
        {"inSync":false,"epoch":4,"nodes":[
          {"name":"silo-1","state":"in-sync","inSync":true,"reason":null,"pending":0,"replayed":0,"replaying":false},
          {"name":"silo-2","state":"catching-up","inSync":false,"reason":"340 keys are owed to it","pending":340,"replayed":660,"replaying":true},
          {"name":"silo-3","state":"dead","inSync":false,"reason":"it is down","pending":5210,"replayed":0,"replaying":false}]}
        """;

    private const string Conflicts = """
        {"conflicts":[{"id":"k1.7.silo-2","key":"greeting","kept":{"deleted":false,"value":"hello","clock":{"time":"2026-11-21T12:00:03.141Z","counter":0},"silo":null},
          "lost":{"deleted":false,"value":"hallo","clock":{"time":"2026-11-21T12:00:02.718Z","counter":2},"silo":"silo-2"}}],"next":null,"unheard":["silo-3"]}
        """;

    private static string Statistics()
    {
        var now = DateTimeOffset.UtcNow;
        var times = Enumerable.Range(0, 60).Select(i => now.AddSeconds(-2 * (59 - i)).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null)).ToArray();
        double?[] Curve(Func<int, double?> of) => [.. Enumerable.Range(0, 60).Select(of)];
        object Kind(string kind, double scale) => new
        {
            kind, total = 40_000, failed = 3, perSecond = Curve(i => i == 30 ? null : scale * (10 + Math.Sin(i / 6.0))), failedPerSecond = Curve(_ => 0), p50 = Curve(i => i == 30 ? null : 0.4), p99 = Curve(i => i == 30 ? null : 2 + (i % 5)),
        };
        object Silo(string name, params object[] owes) => new
        {
            name, address = "10.0.0.1:11111", version = "1.2.3+abc", uptimeSeconds = 93_784, epoch = 4, keys = 12_345, bytes = 5_000_000, tombstones = 7, pendingWrites = 0, inSync = true,
            workingSet = 256 * 1024 * 1024, heap = 100_000_000, collectorPauseMilliseconds = 80, processors = 0.25, operationsPerSecond = 1234.5, owes,
        };
        object Owed(string name, int keys, int replayed, bool replaying) => new { name, keys, slots = 0, bytes = keys * 300, oldest = now.AddSeconds(-75).ToString("O"), lastSuccess = (string?)null, replayed, replaying };
        return JsonSerializer.Serialize(new
        {
            time = times[^1],
            periodSeconds = 2,
            silos = new[] { Silo("silo-1", Owed("silo-2", 340, 660, true), Owed("silo-3", 2_600, 0, false)), Silo("silo-2", Owed("silo-3", 2_610, 0, false)) },
            unasked = Array.Empty<string>(),
            times,
            operations = new[] { Kind("fetch", 30), Kind("store", 9), Kind("testset", 1) },
            grains = new[] { new { type = "Orleans.Kv.Grains.Keys.KeyGrain", activations = 812, calls = 99_000, errors = 2, callsPerSecond = 400.25, mean = 0.5, p50 = 0.4, p99 = 3.2 } },
        });
    }

    [GeneratedRegex("/(cluster|issynch|statistics|conf|conflicts|list|store|delete)(/[^/]*)?(\\?.*)?$")]
    private static partial Regex Routes();
}
