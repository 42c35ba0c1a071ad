using Orleans.Kv.Bench.Http;
using Orleans.Kv.Bench.Measuring;

namespace Orleans.Kv.Bench.Baselines;

/// <summary>Three etcd nodes on this machine with their data in memory, reached through etcd's own JSON gateway, connections spread over them.</summary>
internal static class EtcdBaseline
{
    private const int Nodes = 3;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    public static async Task Run(Arguments arguments)
    {
        using var folder = new TemporaryFolder();
        var ports = FreePorts.Find(2 * Nodes);
        var names = Enumerable.Range(0, Nodes).Select(i => $"etcd-{i + 1}").ToArray();
        var peers = string.Join(',', names.Select((name, i) => $"{name}=http://127.0.0.1:{ports[Nodes + i]}"));
        var nodes = new List<ChildProcess>();
        try
        {
            for (var i = 0; i < Nodes; i++)
            {
                var (client, peer) = ($"http://127.0.0.1:{ports[i]}", $"http://127.0.0.1:{ports[Nodes + i]}");
                nodes.Add(ChildProcess.Start(names[i], "etcd",
                [
                    "--name", names[i], "--data-dir", Path.Combine(folder.Path, names[i]), "--logger", "zap", "--log-level", "error",
                    "--listen-client-urls", client, "--advertise-client-urls", client,
                    "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                    "--initial-cluster", peers, "--initial-cluster-state", "new",
                ]));
                nodes[i].Drain();
            }

            for (var i = 0; i < Nodes; i++)
                await WaitUntilHealthy($"http://127.0.0.1:{ports[i]}/health");
            var urls = string.Join(',', ports.Take(Nodes).Select(port => $"http://127.0.0.1:{port}"));
            (string, int)[] processes = [.. nodes.Select((node, i) => (names[i], node.Id))];
            await HttpLoad.Measure("etcd put", "etcd-put", urls, arguments, processes);
            await HttpLoad.Measure("etcd range", "etcd-get", urls, arguments, processes);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new BenchException("There is no etcd on the PATH.");
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
        }
    }

    private static async Task WaitUntilHealthy(string url)
    {
        using var http = new HttpClient();
        using var deadline = new CancellationTokenSource(StartPatience);
        while (true)
        {
            try
            {
                if ((await http.GetStringAsync(url, deadline.Token)).Contains("true", StringComparison.Ordinal))
                    return;
            }
            catch (HttpRequestException) when (!deadline.IsCancellationRequested)
            {
                // Not listening yet, or no leader yet.
            }
            catch (OperationCanceledException)
            {
                throw new BenchException($"etcd at {url} was not healthy within {StartPatience.TotalSeconds:F0} s.");
            }

            await Task.Delay(100);
        }
    }
}
