using System.Globalization;
using Orleans.Kv.Bench.Baselines;
using Orleans.Kv.Bench.Http;
using Orleans.Kv.Bench.Measuring;

namespace Orleans.Kv.Bench.Store;

/// <summary>/store and /fetch over HTTP, with the baselines beside them on request.</summary>
internal static class StoreBench
{
    public static async Task Run(Arguments arguments)
    {
        if (arguments.Has("url"))
        {
            await Measure(arguments.Text("url"), arguments, []);
        }
        else
        {
            await using var cluster = await LocalCluster.Start();
            await Measure(cluster.Url.ToString(), arguments, cluster.Processes);
        }

        if (arguments.Has("kestrel"))
        {
            var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePorts.Find(1)[0]}");
            await using var kestrel = KestrelBaseline.Start(url);
            await kestrel.Line("ready", TimeSpan.FromSeconds(30));
            kestrel.Drain();
            await HttpLoad.Measure("kestrel store", "store", url, arguments, [("kestrel", kestrel.Id)]);
            await HttpLoad.Measure("kestrel fetch", "fetch", url, arguments, [("kestrel", kestrel.Id)]);
        }

        if (arguments.Has("etcd"))
            await EtcdBaseline.Run(arguments);
    }

    private static async Task Measure(string url, Arguments arguments, IReadOnlyList<(string, int)> processes)
    {
        // Stores first: they leave a value under every key for the fetches to find.
        await HttpLoad.Measure("store", "store", url, arguments, processes);
        await HttpLoad.Measure("fetch", "fetch", url, arguments, processes);
    }
}
