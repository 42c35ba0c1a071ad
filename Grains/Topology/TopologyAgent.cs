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
/// the authority at the start, whenever membership changes, when the leader says that there is a new map, and whenever a message shows that a newer epoch exists; it takes
/// a newer map also from the messages themselves. At the start and with every change of membership it wakes the topology grain, which changes the map where that is due.
/// While there is no map it looks again every <see cref="TopologyOptions.RetryPeriod"/>. Once there is one nothing is polled.
/// </para>
/// <para>
/// <see cref="View"/> never goes back to an older epoch: a node that has acknowledged an epoch has sealed the older ones. It begins with what the process's
/// <see cref="SiloMemory"/> knows from a former host.
/// </para>
/// <para>
/// The store can change during the life of the silo. When the authority says that the store was a member and that its map no longer has it, while nobody drains it, what
/// it holds is of no use to anyone (it slept through whatever was purged since), and it must not come back: <see cref="StoreKeeper"/>
/// has it wiped, and the empty one registered as a new node.
/// </para>
/// </summary>
internal sealed partial class TopologyAgent : ILifecycleParticipant<ISiloLifecycle>, ISiloStatusListener, IDisposable
{
    private readonly IMapAuthority _authority;
    private readonly SiloMemory _memory;
    private readonly ISiloStatusOracle _oracle;
    private readonly IGrainFactory _grains;
    private readonly TopologyOptions _options;
    private readonly TimeProvider _time;
    private readonly string _name;
    private readonly bool _durable;
    private readonly ILogger<TopologyAgent> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _reading = new(1);
    private readonly Lock _gate = new();
    private readonly Channel<bool> _wanted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ClusterView _view;
    private volatile string? _leader;
    private volatile Own _own;
    private volatile Own? _excluded;
    private Task _loop = Task.CompletedTask;
    private bool _isLookFailing;

    public TopologyAgent(
        IMapAuthority authority, SiloMemory memory, ILocalSiloDetails silo, ISiloStatusOracle oracle, IGrainFactory grains,
        IOptions<TopologyOptions> options, TimeProvider time, ILogger<TopologyAgent> logger)
    {
        _authority = authority;
        _oracle = oracle;
        _grains = grains;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _name = silo.Name;
        _memory = memory;
        _durable = memory.Storage.IsDurable;
        _own = new Own(new NodeId(_name, memory.Storage.Store));
        _view = memory.View;
        Silo = silo.SiloAddress;
    }

    /// <summary>This silo's node at present: its store may be wiped, and be another one from then on.</summary>
    public NodeId Self => _own.Node;

    public SiloAddress Silo { get; }

    public ClusterView View => _view;

    /// <summary>The silo that hosts the topology grain, as it last told; null before it told anything.</summary>
    public string? Leader => _leader;

    /// <summary>This silo is cut off, and runs by itself with the map that it last knew until it can reach a majority again.</summary>
    public bool IsIsolated => _authority.IsIsolated;

    public int FormationSize => _options.FormationSize;

    /// <summary>The node that this silo was when it found itself excluded from the map; null if it never did.</summary>
    public NodeId? Excluded => _excluded?.Node;

    /// <summary>Something to read whenever there is a newer map, or <see cref="Excluded"/> has changed. For one reader.</summary>
    public ChannelReader<bool> Changes => _changes.Reader;

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(TopologyAgent), ServiceLifecycleStage.ApplicationServices, Enter, Stop);
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

    /// <summary>Completes as soon as this silo knows a later map than that of <paramref name="epoch"/>. Asks nobody.</summary>
    public Task After(Epoch epoch)
    {
        lock (_gate) return _view.Epoch > epoch ? Task.CompletedTask : _changed.Task;
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _reading.Dispose();
    }

    /// <summary>Reads the authority now and returns what it holds.</summary>
    public async Task<AuthorityView> ReadAuthority(CancellationToken cancellation)
    {
        // One at a time, so that no reading of records is replaced by an older one.
        await _reading.WaitAsync(cancellation);
        try
        {
            var read = await _authority.Read(cancellation);
            Install(read.Epoch > _view.Epoch.Number ? ClusterMapCodec.Read(read.Map) : null, read.Nodes);
            if (IsExcluded(read))
            {
                _excluded = _own;
                _changes.Writer.TryWrite(true);
            }

            return read;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>This silo stands for that store from now on: makes it known, and asks for its admission.</summary>
    public async Task Renew(StoreId store, CancellationToken cancellation)
    {
        _own = new Own(new NodeId(_name, store));
        await Register(cancellation);
        Refresh();
    }

    /// <summary>
    /// Before the silo is active: registers its node, and sees what has become of it while this process was away. A silo that serves with the map of a former life
    /// would answer from registers that no map has any more.
    /// </summary>
    private async Task Enter(CancellationToken cancellation)
    {
        await Register(cancellation);
        await ReadAuthority(cancellation);
    }

    private async Task Register(CancellationToken cancellation)
    {
        var node = Self;
        await _authority.Register(new NodeRecord(node.Name, ClusterView.StoreOf(node), Silo, Durable: _durable), cancellation);
        LogRegistered(node, Silo);
    }

    /// <summary>
    /// From one reading, because map and record must be of the same moment: a store that is to be a member of a map this silo has yet to hear of is not excluded.
    /// </summary>
    private bool IsExcluded(AuthorityView read)
    {
        // What the authority says now is not known to a silo that is cut off; and its copies are what the clients on its side have.
        if (IsIsolated) return false;
        var self = Self;
        var own = read.Nodes.FirstOrDefault(record => record.Name == self.Name);
        return own is { WasMember: true, Draining: false } && ClusterView.NodeOf(own) == self && own.Silo.Equals(Silo)
            && _view is { Map: { } map } && map.Epoch.Number == read.Epoch && !map.Contains(self);
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
        // Not where the host is thrown away: a call under way would hold it up for as long as its timeout.
        await _loop.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
            if (_leader != report.Leader) LogLeader(report.Leader, report.Epoch, _view.Map is { } map ? string.Join(", ", map.Newest.Nodes.Select(node => node.Name)) : "none");
            _leader = report.Leader;
            if (report.Epoch > _view.Epoch.Number) await ReadAuthority(stop);
            _isLookFailing = false;
            return _view.Map is not null;
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // The authority is out of reach, or the silo that hosts the topology grain has just died: the next look finds another.
            // Once, and not with every look: an authority may be away for hours.
            if (_isLookFailing) LogLookFailedAgain(fault.Message);
            else LogLookFailed(fault);
            _isLookFailing = true;
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
            var view = new ClusterView(newer ? map : _view.Map, records ?? _view.Records);
            // First, so that the memory never knows an older map than one that something was answered under.
            _memory.Learn(view);
            _view = view;
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
        _changes.Writer.TryWrite(true);
        return true;
    }

    [LoggerMessage(1101, LogLevel.Information, "Registered node {Node} at {Silo}", EventName = "NodeRegistered")]
    private partial void LogRegistered(NodeId node, SiloAddress silo);

    [LoggerMessage(1102, LogLevel.Information, "Cluster map of epoch {Epoch}: {Map}; this node is a member: {Member}", EventName = "MapInstalled")]
    private partial void LogMap(long epoch, string map, bool member);

    [LoggerMessage(1105, LogLevel.Warning, "Node {Node} is not in the cluster map: it serves requests, but holds no copies", EventName = "OutsideTheMap")]
    private partial void LogOutside(NodeId node);

    [LoggerMessage(1103, LogLevel.Information, "Silo {Leader} leads the topology at epoch {Epoch}; members: {Members}", EventName = "TopologyLeader")]
    private partial void LogLeader(string leader, long epoch, string members);

    [LoggerMessage(1104, LogLevel.Information, "Looking for the cluster map failed and is tried again", EventName = "LookFailed")]
    private partial void LogLookFailed(Exception fault);

    [LoggerMessage(1106, LogLevel.Debug, "Looking for the cluster map failed again: {Fault}", EventName = "LookFailedAgain")]
    private partial void LogLookFailedAgain(string fault);

    /// <summary>Boxed, so that it changes in one piece.</summary>
    private sealed record Own(NodeId Node);
}
