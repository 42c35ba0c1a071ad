using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Orleans.Kv.Bench.Measuring;

namespace Orleans.Kv.Bench.Http;

/// <summary>
/// The load generator's process: a request at a time on each of many connections, to random keys. Its sockets' completions run on the
/// thread that polls them, which halves what it costs.
/// </summary>
internal static class HttpLoad
{
    public const string Mode = "http-load";

    private static readonly Dictionary<string, string> Environment = new()
    {
        ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1",
        ["DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT"] = "1",
    };

    /// <summary>Runs one kind of load against <paramref name="urls"/> in a process of its own and prints what came of it.</summary>
    public static async Task<LoadResult> Measure(
        string title, string kind, string urls, Arguments arguments, IReadOnlyList<(string Name, int Id)> servers)
    {
        string[] passedOn = ["seconds", "warm", "keys", "connections", "size"];
        string[] options = [.. passedOn.Where(arguments.Has).SelectMany(name => new[] { "--" + name, arguments.Text(name) })];
        await using var load = ChildProcess.Self("load", [Mode, "--kind", kind, "--urls", urls, .. options], Environment);
        var processors = new ProcessorReport([.. servers, ("load", load.Id)]);
        var patience = TimeSpan.FromSeconds(30);
        await load.Line("measuring", patience + arguments.Seconds("warm", 5));
        processors.Start();
        var result = LoadResult.FromJson(await load.Line("result ", patience + arguments.Seconds("seconds", 10)));
        processors.Stop();
        Console.WriteLine($"{title,-14}{result}");
        Console.WriteLine($"{"",-14}{processors.PerRequest(result.Done)}");
        return result;
    }

    public static async Task Run(Arguments arguments)
    {
        var urls = arguments.Text("urls").Split(',').Select(url => new Uri(url)).ToArray();
        var requests = RequestSet.Make(arguments.Text("kind"), urls[0].Authority, arguments.Number("keys", 10_000), arguments.Number("size", 100));
        var connections = new HttpConnection[arguments.Number("connections", 64)];
        for (var i = 0; i < connections.Length; i++)
            connections[i] = await HttpConnection.Open(new IPEndPoint(IPAddress.Parse(urls[i % urls.Length].Host), urls[i % urls.Length].Port));

        await Fill(connections, requests);
        await Load(connections, requests, arguments.Seconds("warm", 5));
        Console.WriteLine("measuring");
        var started = Stopwatch.GetTimestamp();
        var (latencies, failed) = await Load(connections, requests, arguments.Seconds("seconds", 10));
        Console.WriteLine("result " + LoadResult.From(latencies, Stopwatch.GetElapsedTime(started).TotalSeconds, failed).ToJson());

        // Stays until its processor time is read.
        await Console.In.ReadLineAsync();
    }

    /// <summary>Each request once, so that every key exists, and has its grain, when the clock starts.</summary>
    public static Task Fill(HttpConnection[] connections, byte[][] requests) =>
        Task.WhenAll(connections.Select(async (connection, first) =>
        {
            for (var i = first; i < requests.Length; i += connections.Length)
                await connection.Send(requests[i]);
        }));

    private static async Task<(LatencyHistogram Latencies, long Failed)> Load(HttpConnection[] connections, byte[][] requests, TimeSpan duration)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var all = new LatencyHistogram();
        var failed = 0L;
        var users = connections.Select((connection, seed) => Use(connection, requests, new Random(seed), end)).ToArray();
        foreach (var user in await Task.WhenAll(users))
        {
            all.Add(user.Latencies);
            failed += user.Failed;
        }

        return (all, failed);
    }

    private static async Task<(LatencyHistogram Latencies, long Failed)> Use(HttpConnection connection, byte[][] requests, Random random, long end)
    {
        var latencies = new LatencyHistogram();
        var failed = 0L;
        try
        {
            for (var now = Stopwatch.GetTimestamp(); now < end;)
            {
                var status = await connection.Send(requests[random.Next(requests.Length)]);
                var then = Stopwatch.GetTimestamp();
                if (status is >= 200 and < 300)
                    latencies.Record(then - now);
                else if (failed++ == 0)
                    await Console.Error.WriteLineAsync($"The first failure of a connection: {status} {Encoding.UTF8.GetString(connection.Body.Span)}");
                now = then;
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new BenchException($"A connection under load broke: {e.Message}");
        }

        return (latencies, failed);
    }
}
