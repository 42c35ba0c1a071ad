using System.Diagnostics;
using System.Text.Json;

namespace Orleans.Kv.Bench.Moving;

/// <summary>Looks at <c>GET /cluster</c> while a map changes, and remembers how far each migration came.</summary>
internal sealed class MigrationWatch(Uri url, Func<double> processor) : IDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http = new() { BaseAddress = url, Timeout = TimeSpan.FromSeconds(10) };
    private readonly Dictionary<long, long> _moved = [];
    private double? _processorBefore;

    /// <summary>Keys that the leader counted, over all epochs that were seen.</summary>
    public long KeysMoved => _moved.Values.Sum();

    /// <summary>The rate of the migration that moved the most keys.</summary>
    public double KeysPerSecond { get; private set; }

    /// <summary>The processor time from the first look that saw a migration to the end, in seconds; what was spent before that look is missing.</summary>
    public double ProcessorSeconds { get; private set; }

    /// <summary>Watches until these nodes and no others are members of a stable map.</summary>
    public async Task Until(string[] members, TimeSpan patience)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var cluster = JsonDocument.Parse(await _http.GetStringAsync("/cluster")).RootElement;
            Note(cluster);
            var found = cluster.GetProperty("nodes").EnumerateArray()
                .Where(node => node.GetProperty("member").GetBoolean()).Select(node => node.GetProperty("name").GetString()!);
            if (!cluster.GetProperty("migrating").GetBoolean() && found.Order().SequenceEqual(members.Order()))
            {
                ProcessorSeconds = processor() - _processorBefore ?? double.NaN;
                // What moved between the last look and the end is in nothing but the leader's last word.
                if (_moved.Count > 0 && cluster.GetProperty("lastMigration") is { ValueKind: JsonValueKind.Object } last)
                    Note(_moved.Keys.Max(), last);
                return;
            }

            if (Stopwatch.GetElapsedTime(started) > patience)
                throw new BenchException($"After {patience.TotalSeconds:F0} s the map is not {string.Join(", ", members)} alone: {cluster.GetRawText()}");
            await Task.Delay(Between);
        }
    }

    public void Dispose() => _http.Dispose();

    private void Note(JsonElement cluster)
    {
        if (cluster.GetProperty("migration") is not { ValueKind: JsonValueKind.Object } migration)
            return;
        _processorBefore ??= processor();
        Note(cluster.GetProperty("epoch").GetInt64(), migration);
    }

    private void Note(long epoch, JsonElement migration)
    {
        _moved[epoch] = Math.Max(_moved.GetValueOrDefault(epoch), migration.GetProperty("keysMoved").GetInt64());
        if (_moved[epoch] == _moved.Values.Max())
            KeysPerSecond = migration.GetProperty("keysPerSecond").GetDouble();
    }
}
