using System.Globalization;
using Orleans.Kv.Bench.Measuring;
using Orleans.Kv.Bench.Store;

namespace Orleans.Kv.Bench.Failover;

/// <summary>Kills and pauses each silo in turn, each on a fresh cluster under load, and prints how long anybody had to wait for success.</summary>
internal static class FailoverBench
{
    private const int Kill = 9;
    private const int Stop = 19;
    private const int Continue = 18;

    public static async Task Run(Arguments arguments)
    {
        Console.WriteLine("                     longest gap of a key | of all keys | done | failed answers");
        foreach (var silo in new[] { "silo-1", "silo-2", "silo-3" })
            await Strike($"kill -9 {silo}", arguments, (cluster, _) => Signal(cluster[silo], Kill));
        foreach (var silo in new[] { "silo-1", "silo-2", "silo-3" })
        {
            await Strike($"pause {silo}", arguments, async (cluster, pause) =>
            {
                await Signal(cluster[silo], Stop);
                await Task.Delay(pause);
                await Signal(cluster[silo], Continue);
            });
        }
    }

    private static async Task Strike(string title, Arguments arguments, Func<LocalCluster, TimeSpan, Task> fault)
    {
        await using var cluster = await LocalCluster.Start();
        var load = new FailoverLoad(cluster.Url, arguments.Number("keys", 60), arguments.Number("connections", 12));
        using var end = new CancellationTokenSource();
        var running = load.Run(end.Token);
        await Task.Delay(arguments.Seconds("warm", 4));
        load.Forget();
        await fault(cluster, arguments.Seconds("pause", 10));
        await Task.Delay(arguments.Seconds("seconds", 10));
        await end.CancelAsync();
        await running;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{title,-18}{load.LongestOfAKey,20:F0} ms{load.LongestOfAll,12:F0} ms{load.Done,10:N0}  {load.Failures}"));
    }

    private static Task Signal(int process, int signal)
    {
        if (ChildProcess.SendSignal(process, signal) != 0)
            throw new BenchException($"Process {process} cannot be sent signal {signal}: it is gone.");
        return Task.CompletedTask;
    }
}
