using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Runtime.MembershipService;

namespace Orleans.Kv.Tests.Runtime.Own.Membership;

/// <summary>The membership of one silo, with everything around it made up.</summary>
internal sealed class FakeSilo : ILocalSiloDetails, IFatalErrorHandler, ISiloLifecycle, IAsyncDisposable
{
    private readonly SortedList<int, ILifecycleObserver> _stages = [];
    private readonly MembershipAgent _agent;

    public FakeSilo(FakeNetwork network, string name, SiloAddress address)
    {
        Name = name;
        Address = address;
        Transport = new FakeTransport(network, address);
        var options = Options.Create(network.Options);
        Manager = new MembershipManager(
            network.Table, Transport, this, this, options, TimeProvider.System, NullLogger<MembershipManager>.Instance);
        Oracle = new SiloStatusOracle(Manager, this, NullLogger<SiloStatusOracle>.Instance);
        var monitors = new SiloMonitors(Manager, Transport, options, TimeProvider.System, NullLogger<SiloMonitor>.Instance);
        _agent = new MembershipAgent(
            Manager, monitors, Transport, options, TimeProvider.System, NullLogger<MembershipAgent>.Instance);
        _agent.Participate(this);
    }

    public string Name { get; }

    public string ClusterId => "fake";

    public string DnsHostName => "localhost";

    public SiloAddress Address { get; }

    public SiloAddress SiloAddress => Address;

    public SiloAddress GatewayAddress => Address;

    public FakeTransport Transport { get; }

    public MembershipManager Manager { get; }

    public SiloStatusOracle Oracle { get; }

    public FakeSiloState State { get; private set; }

    /// <summary>What the silo would have ended its process with.</summary>
    public string? Fatal { get; private set; }

    public int HighestCompletedStage => 0;

    public int LowestStoppedStage => 0;

    /// <summary>How long it took to be let in.</summary>
    public TimeSpan Waited { get; private set; }

    public async Task Start()
    {
        var started = Stopwatch.StartNew();
        foreach (var stage in _stages.Values)
            await stage.OnStart(CancellationToken.None);
        Waited = started.Elapsed;
    }

    public async Task Stop()
    {
        foreach (var stage in _stages.Values.Reverse())
            await stage.OnStop(CancellationToken.None);
        State = FakeSiloState.Killed;
    }

    /// <summary>Ends it without a word. Its connections break, which others may or may not be told.</summary>
    public async Task Kill(FakeNetwork network, bool tellOthers)
    {
        State = FakeSiloState.Killed;
        foreach (var stage in _stages.Values.Reverse())
            await stage.OnStop(new CancellationToken(canceled: true));
        if (tellOthers)
            network.ReportLost(Address);
    }

    /// <summary>Stops answering. What it does itself goes on, which is more than a paused process does.</summary>
    public void Pause() => State = FakeSiloState.Paused;

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        Manager.Dispose();
    }

    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null) => Fatal = context;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        _stages.Add(stage, observer);
        return new MemoryStream();
    }
}
