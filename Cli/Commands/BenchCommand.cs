using System.CommandLine;
using System.Globalization;
using System.Text;
using Orleans.Kv.Cli.Http;
using Orleans.Kv.Cli.Measuring;
using Orleans.Kv.Cli.Transfer;
using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Commands;

/// <summary>
/// <c>kv bench</c>: what the cluster at hand answers in a second, and how soon, as one client process sees it. On a machine that runs the silos too, the client takes its share of the processors: the figures of <c>Bench</c> are
/// made with more care.
/// </summary>
internal static class BenchCommand
{
    // Bounds on mistakes: a bench is of seconds, and its keys fit into memory three times.
    private const int MaxSeconds = 3600;
    private const int MaxUsers = 4096;
    private const int MaxKeys = 1_000_000;
    private const int MaxValueBytes = 1024 * 1024;

    public static Command Create()
    {
        var seconds = new Option<double>("--seconds") { Description = "How long.", DefaultValueFactory = _ => 10 };
        var users = new Option<int>("--connections") { Description = "Requests under way at once.", DefaultValueFactory = _ => 32 };
        var keys = new Option<int>("--keys") { Description = "Keys to use; they are deleted afterwards.", DefaultValueFactory = _ => 1000 };
        var bytes = new Option<int>("--value-bytes") { Description = "How long the values are.", DefaultValueFactory = _ => 100 };
        var reads = new Option<double>("--reads") { Description = "The part of fetches, 0 to 1; the rest are stores.", DefaultValueFactory = _ => 0.5 };
        var command = new Command("bench", "Measures requests per second and latencies.") { seconds, users, keys, bytes, reads };
        var connection = Connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            Check("--seconds", parsed.GetValue(seconds), 0.1, MaxSeconds);
            Check("--connections", parsed.GetValue(users), 1, MaxUsers);
            Check("--keys", parsed.GetValue(keys), 1, MaxKeys);
            Check("--value-bytes", parsed.GetValue(bytes), 0, MaxValueBytes);
            Check("--reads", parsed.GetValue(reads), 0, 1);
            var options = new LoadOptions(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(users), parsed.GetValue(keys), parsed.GetValue(bytes), parsed.GetValue(reads));
            // Without ids: the store remembers an id for two minutes, and a bench would measure its memory.
            using var client = connection.Client(parsed, writeOnce: false);
            using var end = new Interruption(cancellation);
            return await RunAsync(client, options, connection.IsJson(parsed), end.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(KvClient client, LoadOptions options, bool isJson, CancellationToken cancellation)
    {
        try
        {
            var load = new Load(client, options);
            var result = await ProgressLine.ShowAsync("bench", !isJson, async report =>
            {
                await load.FillAsync(cancellation);
                try
                {
                    return await load.RunAsync(sofar => report(sofar.Elapsed.TotalSeconds, options.Duration.TotalSeconds, string.Create(CultureInfo.InvariantCulture, $"{sofar.PerSecond:N0}/s")), cancellation);
                }
                finally
                {
                    await load.DeleteAsync(CancellationToken.None);
                }
            });
            if (isJson) Console.WriteLine(Encoding.UTF8.GetString(ToJson(result).Span));
            else Print(result);
            return result.Latencies.Count > 0 ? ExitCodes.Ok : ExitCodes.Unavailable;
        }
        catch (KvException exception)
        {
            throw Failures.Of(exception);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.Interrupted, "interrupted");
        }
    }

    private static void Check(string option, double value, double least, double most)
    {
        if (!(value >= least && value <= most)) throw new CliException(ExitCodes.Usage, string.Create(CultureInfo.InvariantCulture, $"{option} {value}: from {least} to {most}."));
    }

    private static void Print(LoadResult result)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.PerSecond:N0} requests/s, p50 {Milliseconds(result, 0.5)} ms, p99 {Milliseconds(result, 0.99)} ms, {result.Latencies.Count:N0} in {result.Elapsed.TotalSeconds:0.0} s"));
        foreach (var (code, count) in result.Failures) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count:N0} failed: {code}"));
    }

    private static ReadOnlyMemory<byte> ToJson(LoadResult result) => Bodies.Write(writer =>
    {
        writer.WriteNumber("requests", result.Latencies.Count);
        writer.WriteNumber("seconds", Math.Round(result.Elapsed.TotalSeconds, 3));
        writer.WriteNumber("perSecond", Math.Round(result.PerSecond, 1));
        writer.WriteNumber("p50Milliseconds", Math.Round(result.Latencies.Percentile(0.5).TotalMilliseconds, 3));
        writer.WriteNumber("p99Milliseconds", Math.Round(result.Latencies.Percentile(0.99).TotalMilliseconds, 3));
        writer.WriteStartObject("failures");
        foreach (var (code, count) in result.Failures) writer.WriteNumber(code, count);
        writer.WriteEndObject();
    });

    private static string Milliseconds(LoadResult result, double part) => result.Latencies.Percentile(part).TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture);
}
