using System.Globalization;
using System.Net;

namespace Orleans.Kv.Tests.Driving.Hosts;

/// <summary>
/// Some machines on one switch, as network namespaces of this one, and the cuts between them. Nothing of it touches the network of the machine that the tests run on: the switch is a bridge
/// in a namespace of its own, and the clients' sockets are made inside the namespace of the clients' machine.
/// <para>
/// A cut drops what arrives from a given machine, silently, as a broken link or a bad firewall does: no connection is refused or reset, everybody just waits. It has a direction, and works on
/// established connections too.
/// </para>
/// </summary>
public sealed class HostNetwork : IAsyncDisposable
{
    private readonly string _switch;
    private readonly Host[] _hosts;
    private readonly HashSet<(Host From, Host To)> _cuts = [];

    private HostNetwork(int number, int hosts)
    {
        _switch = NamespaceName.Of(number, "switch");
        _hosts = [.. Enumerable.Range(1, hosts).Select(i => string.Create(CultureInfo.InvariantCulture, $"host-{i}"))
            .Select((name, i) => new Host(name, NamespaceName.Of(number, name), new IPAddress([10, 66, 0, (byte)(i + 1)])))];
    }

    public IReadOnlyList<Host> Hosts => _hosts;

    /// <param name="hosts">How many machines.</param>
    /// <exception cref="InvalidOperationException">This machine does not allow it, or lacks the commands; the message says what was tried.</exception>
    public static async Task<HostNetwork> Create(int hosts)
    {
        await NamespaceName.RemoveStale();
        var network = new HostNetwork(NamespaceName.NextNetwork(), hosts);
        try
        {
            await network.Build();
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Nothing gets from one machine to the other any more, nor back.</summary>
    public Task Cut(Host one, Host other) => Change(() => { _cuts.Add((one, other)); _cuts.Add((other, one)); });

    /// <summary>Nothing gets from one machine to the other any more; the way back stays open.</summary>
    public Task CutOneWay(Host from, Host to) => Change(() => _cuts.Add((from, to)));

    /// <summary>Nothing passes between this machine and those.</summary>
    public Task Isolate(Host host, IEnumerable<Host> from) => Change(() =>
    {
        foreach (var other in from.Where(other => other != host))
        {
            _cuts.Add((host, other));
            _cuts.Add((other, host));
        }
    });

    /// <summary>Nothing passes between any two of these.</summary>
    public Task IsolateAll(IReadOnlyList<Host> hosts) => Change(() => _cuts.UnionWith(hosts.SelectMany(from => hosts.Where(to => to != from).Select(to => (from, to)))));

    public Task Heal() => Change(_cuts.Clear);

    public async ValueTask DisposeAsync()
    {
        foreach (var name in _hosts.Select(host => host.Namespace).Append(_switch).Where(name => File.Exists(NamespaceName.FileOf(name))))
            await NamespaceName.Remove(name);
    }

    private async Task Build()
    {
        await Command.IpBatch(null, [
            $"netns add {_switch}",
            .. _hosts.Select(host => $"netns add {host.Namespace}"),
            .. _hosts.Select(host => $"link add eth0 netns {host.Namespace} type veth peer name {host.Name} netns {_switch}"),
        ]);
        await Command.IpBatch(_switch, [
            "link add bridge type bridge",
            "link set bridge up",
            .. _hosts.Select(host => $"link set {host.Name} master bridge up"),
        ]);
        foreach (var host in _hosts)
            await Command.IpBatch(host.Namespace, "link set lo up", $"address add {host.Address}/24 dev eth0", "link set eth0 up");
        // Says now, not in the middle of a test, whether rules can be set.
        await Task.WhenAll(_hosts.Select(Apply));
    }

    private Task Change(Action change)
    {
        var before = _hosts.ToDictionary(host => host, Rules);
        change();
        return Task.WhenAll(_hosts.Where(host => Rules(host) != before[host]).Select(Apply));
    }

    /// <summary>Replaces all of a machine's rules at once.</summary>
    private Task Apply(Host host) => Command.RunWithInput(Rules(host), "ip", "netns", "exec", host.Namespace, "iptables-restore", "--wait");

    private string Rules(Host host)
    {
        var drops = _hosts.Where(from => _cuts.Contains((from, host))).Select(from => $"-A INPUT -s {from.Address} -j DROP\n");
        return $"*filter\n:INPUT ACCEPT [0:0]\n{string.Concat(drops)}COMMIT\n";
    }
}
