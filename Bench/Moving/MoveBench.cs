using System.Diagnostics;
using System.Globalization;
using System.Net;
using Orleans.Kv.Bench.Failover;
using Orleans.Kv.Bench.Http;
using Orleans.Kv.Bench.Measuring;
using Orleans.Kv.Bench.Store;

namespace Orleans.Kv.Bench.Moving;

/// <summary>
/// Adds two silos to three that hold many keys, then drains two of the first three, all under load, and prints for each change of the map how fast the keys moved and
/// how long anybody had to wait meanwhile. The processor time per key is that of the silos that stay and of the API host, from the migration's beginning to the stable map: what
/// the load costs them and what a new silo still spends on its start are in it.
/// </summary>
internal static class MoveBench
{
    private const int FillConnections = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static async Task Run(Arguments arguments)
    {
        var keys = arguments.Number("keys", 100_000);
        await using var cluster = await LocalCluster.Start();
        await Fill(cluster.Url, keys, arguments.Number("size", 100));
        var load = new FailoverLoad(cluster.Url, arguments.Number("load-keys", 60), arguments.Number("connections", 4));
        using var end = new CancellationTokenSource();
        var running = load.Run(end.Token);
        await Task.Delay(arguments.Seconds("warm", 4));

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{keys:N0} keys of {arguments.Number("size", 100)} bytes on three silos"));
        Console.WriteLine("                  map stable after | keys moved | keys/s by the leader's count | CPU per key | longest gap of a key | load done | failed answers");
        await Step("add silo-4", cluster, load, ["silo", "add", "silo-4"], "silo-1", "silo-2", "silo-3", "silo-4");
        await Step("add silo-5", cluster, load, ["silo", "add", "silo-5"], "silo-1", "silo-2", "silo-3", "silo-4", "silo-5");
        await Step("drain silo-1", cluster, load, ["silo", "drain", "silo-1"], "silo-2", "silo-3", "silo-4", "silo-5");
        await Step("drain silo-2", cluster, load, ["silo", "drain", "silo-2"], "silo-3", "silo-4", "silo-5");
        await end.CancelAsync();
        await running;
    }

    private static async Task Step(string title, LocalCluster cluster, FailoverLoad load, string[] command, params string[] members)
    {
        using var watch = new MigrationWatch(cluster.Url, () => cluster.Of(members).Sum(process => ProcessorTime.Seconds(process.Id)));
        load.Forget();
        var started = Stopwatch.GetTimestamp();
        var done = cluster.Kv(command);
        await watch.Until(members, Patience);
        var elapsed = Stopwatch.GetElapsedTime(started);
        await done;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{title,-14}{elapsed.TotalSeconds,18:F1} s{watch.KeysMoved,13:N0}{watch.KeysPerSecond,31:N0}{watch.ProcessorSeconds * 1e6 / Math.Max(1, watch.KeysMoved),11:N1} µs{load.LongestOfAKey,20:F0} ms{load.Done,12:N0}  {load.Failures}"));
    }

    private static async Task Fill(Uri url, int keys, int size)
    {
        var requests = RequestSet.Make("store", url.Authority, keys, size);
        var connections = new HttpConnection[FillConnections];
        for (var i = 0; i < connections.Length; i++)
            connections[i] = await HttpConnection.Open(new IPEndPoint(IPAddress.Parse(url.Host), url.Port));
        await HttpLoad.Fill(connections, requests);
        foreach (var connection in connections)
            connection.Dispose();
    }
}
