using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Storage;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Topology;

/// <summary>
/// A silo's knowledge of the cluster map.
/// <para>
/// It registers this silo's node with the authority before the silo becomes active, so that whoever hears of the silo finds the node. It reads
/// the authority at the start, whenever membership changes, and whenever a message shows that a newer epoch exists; it takes a newer map also from the
/// messages themselves. While there is no map it wakes the topology grain, which forms the first one, and looks again
/// every <see cref="TopologyOptions.RetryPeriod"/>. Once there is a map nothing is polled.
/// </para>
/// <para>
/// <see cref="View"/> never goes back to an older epoch: a node that has acknowledged an epoch has sealed the older ones.
/// </para>
/// </summary>
internal sealed partial class TopologyAgent : ILifecycleParticipant<ISiloLifecycle>, ISiloStatusListener, IDisposable
{
    private readonly IMapAuthority _authority;
    private readonly ISiloStatusOracle _oracle;
    private readonly IGrainFactory _grains;
    private readonly TopologyOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<TopologyAgent> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Channel<bool> _wanted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ClusterView _view = ClusterView.Empty;
    private volatile string? _leader;
    private Task _loop = Task.CompletedTask;

    public TopologyAgent(
        IMapAuthority authority, IRegisterStorage storage, ILocalSiloDetails silo, ISiloStatusOracle oracle, IGrainFactory grains,
        IOptions<TopologyOptions> options, TimeProvider time, ILogger<TopologyAgent> logger)
    {
        _authority = authority;
        _oracle = oracle;
        _grains = grains;
        _options = options.Value;
        _time = time;
        _logger = logger;
        Self = new NodeId(silo.Name, storage.Store);
        Silo = silo.SiloAddress;
    }

    /// <summary>This silo's node.</summary>
    public NodeId Self { get; }

    public SiloAddress Silo { get; }

    public ClusterView View => _view;

    /// <summary>The silo that hosts the topology grain, as it last told; null before it told anything.</summary>
    public string? Leader => _leader;

    public int FormationSize => _options.FormationSize;

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(TopologyAgent), ServiceLifecycleStage.ApplicationServices, Register, Stop);
        lifecycle.Subscribe(nameof(TopologyAgent), ServiceLifecycleStage.Active, Start);
    }

    void ISiloStatusListener.SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status) => Refresh();

    /// <summary>Asks for a look at the authority, soon.</summary>
    public void Refresh() => _wanted.Writer.TryWrite(true);

    /// <summary>Takes in a map that came with a message; an older or known one changes nothing.</summary>
    public void Learn(ClusterMap map)
    {
        if (Install(map, null)) Refresh();
    }

    /// <summary>Waits until this silo knows that epoch's map or a later one, or until <paramref name="patience"/> ends; says which.</summary>
    public async ValueTask<bool> Reach(Epoch epoch, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience, _time);
        while (true)
        {
            Task changed;
            lock (_gate) changed = _changed.Task;
            if (_view.Epoch >= epoch) return true;
            Refresh();
            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                return _view.Epoch >= epoch;
            }
        }
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>Reads the authority now and returns what it holds.</summary>
    public async Task<AuthorityView> ReadAuthority(CancellationToken cancellation)
    {
        var read = await _authority.Read(cancellation);
        Install(read.Epoch > _view.Epoch.Number ? ClusterMapCodec.Read(read.Map) : null, read.Nodes);
        return read;
    }

    private async Task Register(CancellationToken cancellation)
    {
        var node = new NodeRecord(Self.Name, Self.Store.Value.ToString("N"), Silo);
        await _authority.Register(node, cancellation);
        LogRegistered(Self, Silo);
    }

    private Task Start(CancellationToken cancellation)
    {
        _oracle.SubscribeToSiloStatusEvents(this);
        Refresh();
        _loop = Task.Run(Follow, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task Stop(CancellationToken cancellation)
    {
        _oracle.UnSubscribeFromSiloStatusEvents(this);
        await _stopping.CancelAsync();
        await _loop;
    }

    private async Task Follow()
    {
        var stop = _stopping.Token;
        try
        {
            while (await _wanted.Reader.WaitToReadAsync(stop))
            {
                _wanted.Reader.TryRead(out _);
                if (await Look(stop)) continue;
                await Task.Delay(_options.RetryPeriod, _time, stop);
                Refresh();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    /// <summary>One look at the authority and at the topology grain; false when another one is needed.</summary>
    private async Task<bool> Look(CancellationToken stop)
    {
        try
        {
            await ReadAuthority(stop);
            var report = await _grains.GetGrain<ITopologyGrain>(0).Nudge();
            if (_leader != report.Leader) LogLeader(report.Leader, report.Epoch);
            _leader = report.Leader;
            if (report.Epoch > _view.Epoch.Number) await ReadAuthority(stop);
            return _view.Map is not null;
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // The authority is out of reach, or the silo that hosts the topology grain has just died: the next look finds another.
            LogLookFailed(fault);
            return false;
        }
    }

    private bool Install(ClusterMap? map, IReadOnlyList<NodeRecord>? records)
    {
        TaskCompletionSource? changed = null;
        lock (_gate)
        {
            var newer = map is not null && map.Epoch > _view.Epoch;
            if (!newer && (records is null || records.SequenceEqual(_view.Records))) return false;
            _view = new ClusterView(newer ? map : _view.Map, records ?? _view.Records);
            if (newer)
            {
                changed = _changed;
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        if (changed is null) return false;
        LogMap(map!.Epoch.Number, map.ToString(), map.Contains(Self));
        if (!map.Contains(Self)) LogOutside(Self);
        changed.SetResult();
        return true;
    }

    [LoggerMessage(1101, LogLevel.Information, "Registered node {Node} at {Silo}", EventName = "NodeRegistered")]
    private partial void LogRegistered(NodeId node, SiloAddress silo);

    [LoggerMessage(1102, LogLevel.Information, "Cluster map of epoch {Epoch}: {Map}; this node is a member: {Member}", EventName = "MapInstalled")]
    private partial void LogMap(long epoch, string map, bool member);

    [LoggerMessage(1105, LogLevel.Warning, "Node {Node} is not in the cluster map: it serves requests, but holds no copies", EventName = "OutsideTheMap")]
    private partial void LogOutside(NodeId node);

    [LoggerMessage(1103, LogLevel.Information, "Silo {Leader} leads the topology at epoch {Epoch}", EventName = "TopologyLeader")]
    private partial void LogLeader(string leader, long epoch);

    [LoggerMessage(1104, LogLevel.Information, "Looking for the cluster map failed and is tried again", EventName = "LookFailed")]
    private partial void LogLookFailed(Exception fault);
}
