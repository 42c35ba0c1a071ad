using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime.MembershipService;

/// <summary>Keeps one <see cref="SiloMonitor"/> per silo that this one has to probe, as the table changes.</summary>
internal sealed class SiloMonitors : IAsyncDisposable
{
    private readonly Dictionary<SiloAddress, SiloMonitor> _monitors = [];
    private readonly Lock _lock = new();
    private readonly MembershipManager _manager;
    private readonly IMembershipTransport _transport;
    private readonly ClusterMembershipOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SiloMonitor> _log;
    private bool _running;

    public SiloMonitors(
        MembershipManager manager,
        IMembershipTransport transport,
        IOptions<ClusterMembershipOptions> options,
        TimeProvider time,
        ILogger<SiloMonitor> log)
    {
        _manager = manager;
        _transport = transport;
        _options = options.Value;
        _time = time;
        _log = log;
        manager.Published += _ => Update();
        transport.ConnectionLost += OnConnectionLost;
    }

    public void Start()
    {
        lock (_lock)
            _running = true;
        Update();
    }

    public async ValueTask DisposeAsync()
    {
        List<SiloMonitor> monitors;
        _transport.ConnectionLost -= OnConnectionLost;
        lock (_lock)
        {
            _running = false;
            monitors = [.. _monitors.Values];
            _monitors.Clear();
        }

        monitors.ForEach(monitor => monitor.Dispose());
        await Task.WhenAll(monitors.Select(monitor => monitor.Completion));
    }

    private void OnConnectionLost(SiloAddress silo)
    {
        lock (_lock)
        {
            if (_monitors.TryGetValue(silo, out var monitor))
                monitor.Wake();
        }
    }

    private void Update()
    {
        lock (_lock)
        {
            if (!_running)
                return;

            var chosen = ProbeRing.Select(_manager.Current, _manager.LocalSilo, _time.GetUtcNow().UtcDateTime, _options);
            foreach (var silo in _monitors.Keys.Where(silo => !chosen.Contains(silo)).ToList())
            {
                _monitors.Remove(silo, out var monitor);
                monitor!.Dispose();
            }

            foreach (var silo in chosen.Where(silo => !_monitors.ContainsKey(silo)))
                _monitors.Add(silo, new SiloMonitor(silo, _manager, _transport, _options, _time, _log));
        }
    }
}
