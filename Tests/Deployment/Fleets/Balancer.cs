using Orleans.Kv.Tests.Driving.Machine;

namespace Orleans.Kv.Tests.Deployment.Fleets;

/// <summary>The load balancer as deployments have it: haproxy with the configuration in <c>docker/haproxy</c>, on a machine of its own.</summary>
internal sealed class Balancer : IAsyncDisposable
{
    private const int Port = 8080;
    private const int StatisticsPort = 8404;

    /// <summary>Where Debian has it; not on every user's path.</summary>
    private const string Folder = "/usr/sbin";

    private readonly Host _machine;
    private readonly Func<SocketsHttpHandler> _handler;
    private readonly Folder _secrets;
    private readonly HttpClient _statistics;
    private readonly IReadOnlyList<Uri> _apis;

    private Balancer(Host machine, Func<SocketsHttpHandler> handler, Folder secrets, IReadOnlyList<Uri> apis)
    {
        (_machine, _handler, _secrets, _apis) = (machine, handler, secrets, apis);
        _statistics = new HttpClient(handler()) { BaseAddress = new Uri($"http://{machine.Address}:{StatisticsPort}"), Timeout = TimeSpan.FromSeconds(5) };
        Process = Start();
    }

    public Program Process { get; private set; }

    public Endpoint Endpoint => new(new Uri($"https://{_machine.Address}:{Port}"), _handler);

    public static string? Find() => Installed.Find("haproxy") ?? (File.Exists(Path.Combine(Folder, "haproxy")) ? Path.Combine(Folder, "haproxy") : null);

    /// <param name="machine">Where it runs.</param>
    /// <param name="handler">Brings the requests there from where they come from.</param>
    /// <param name="secrets">What docker/prepare has made.</param>
    /// <param name="apis">The two API hosts.</param>
    public static Balancer On(Host machine, Func<SocketsHttpHandler> handler, Folder secrets, IReadOnlyList<Uri> apis) => new(machine, handler, secrets, apis);

    /// <summary>In place of one that has ended.</summary>
    public void Restart() => Process = Start();

    /// <summary>
    /// Has the process that serves replaced by another one, as the image's documentation says (<c>docker kill -s USR2</c>), and waits until the former has answered what it had begun and is gone.
    /// </summary>
    public async Task Renew(TimeSpan patience)
    {
        var former = Signals.Children(Process.Id);
        Signals.Renew(Process.Id);
        await Wait.Until("the balancer is served by another process, and the former has ended", patience, () =>
        {
            var present = Signals.Children(Process.Id);
            return Task.FromResult(present.Length == 0 || present.Intersect(former).Any() ? $"{string.Join(", ", former)} before, {string.Join(", ", present)} now" : null);
        });
    }

    /// <summary>Waits until it sends requests to all of these hosts, by their numbers from 1, and to no other.</summary>
    public Task UntilItUses(TimeSpan patience, params int[] apis) => Wait.Until(
        $"the balancer uses {string.Join(", ", apis.Select(Name))}", patience, async () =>
        {
            try
            {
                // proxy, server, …, status in the eighteenth column.
                var rows = (await _statistics.GetStringAsync("/stats;csv")).Split('\n').Select(row => row.Split(',')).Where(row => row is ["api", "api-1" or "api-2", ..]).ToList();
                var used = rows.Where(row => row[17].StartsWith("UP", StringComparison.Ordinal)).Select(row => row[1]);
                return used.Order().SequenceEqual(apis.Select(Name).Order()) ? null : string.Join("; ", rows.Select(row => $"{row[1]} {row[17]}"));
            }
            catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
            {
                return fault.Message;
            }
        });

    public async ValueTask DisposeAsync()
    {
        _statistics.Dispose();
        await Process.DisposeAsync();
    }

    private static string Name(int api) => "api-" + Text.Of(api);

    private Program Start() => _machine.Run(
        Find() ?? throw new InvalidOperationException("haproxy is not installed."),
        new Dictionary<string, string>
        {
            ["KV_LISTEN"] = $"{_machine.Address}:{Port}",
            ["KV_STATS"] = $"{_machine.Address}:{StatisticsPort}",
            ["KV_CERTIFICATE"] = _secrets.File("balancer.pem"),
            ["KV_AUTHORITY"] = _secrets.File("authority.pem"),
            ["KV_API_1"] = _apis[0].Authority,
            ["KV_API_2"] = _apis[1].Authority,
        },
        // As the image starts it: a master, and a worker that serves.
        "-W", "-db", "-f", Path.Combine(Programs.Repository, "docker", "haproxy", "haproxy.cfg"));
}
