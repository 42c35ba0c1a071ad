using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Orleans.Runtime.MembershipService;

/// <summary>
/// Answers questions about single silos from the latest view, and tells listeners about changes, in order, one at a time. The list
/// of active silos is computed once per view, because placement asks for it on every call.
/// </summary>
internal sealed partial class SiloStatusOracle : ISiloStatusOracle
{
    private readonly MembershipManager _manager;
    private readonly ILocalSiloDetails _local;
    private readonly ILogger<SiloStatusOracle> _log;
    private readonly Queue<ClusterMembershipUpdate> _pending = [];
    private ImmutableArray<ISiloStatusListener> _listeners = [];
    private bool _notifying;
    private ActiveSilos _active = new(ClusterMembershipSnapshot.Empty, []);

    public SiloStatusOracle(MembershipManager manager, ILocalSiloDetails local, ILogger<SiloStatusOracle> log)
    {
        _manager = manager;
        _local = local;
        _log = log;
        manager.Published += OnPublished;
    }

    public SiloStatus CurrentStatus => _manager.OwnStatus;

    public string SiloName => _local.Name;

    public SiloAddress SiloAddress => _local.SiloAddress;

    public SiloAddress[] GetActiveSilos() => [.. Active()];

    public SiloStatus GetApproximateSiloStatus(SiloAddress siloAddress) =>
        siloAddress.Equals(SiloAddress) ? CurrentStatus : _manager.Current.Snapshot.GetSiloStatus(siloAddress);

    public Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false) =>
        _manager.Current.Snapshot.Members.Values
            .Where(member => !onlyActive || member.Status == SiloStatus.Active)
            .ToDictionary(member => member.SiloAddress, member => member.Status);

    public bool TryGetSiloName(SiloAddress siloAddress, [NotNullWhen(true)] out string? siloName)
    {
        siloName = _manager.Current.Snapshot.Members.GetValueOrDefault(siloAddress)?.Name;
        return siloName is not null;
    }

    public bool IsFunctionalDirectory(SiloAddress siloAddress) => !GetApproximateSiloStatus(siloAddress).IsTerminating();

    public bool IsDeadSilo(SiloAddress silo) => GetApproximateSiloStatus(silo) == SiloStatus.Dead;

    public bool SubscribeToSiloStatusEvents(ISiloStatusListener observer)
    {
        lock (_pending)
        {
            if (_listeners.Contains(observer))
                return false;
            _listeners = _listeners.Add(observer);
            return true;
        }
    }

    public bool UnSubscribeFromSiloStatusEvents(ISiloStatusListener observer)
    {
        lock (_pending)
        {
            var before = _listeners.Length;
            _listeners = _listeners.Remove(observer);
            return _listeners.Length < before;
        }
    }

    private SiloAddress[] Active()
    {
        var snapshot = _manager.Current.Snapshot;
        var cached = Volatile.Read(ref _active);
        if (ReferenceEquals(cached.Of, snapshot))
            return cached.Silos;

        SiloAddress[] active =
            [.. snapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress).Order()];
        Volatile.Write(ref _active, new ActiveSilos(snapshot, active));
        return active;
    }

    /// <summary>Called under the manager's lock, where listeners must not run: they may ask the manager something.</summary>
    private void OnPublished(ClusterMembershipUpdate update)
    {
        lock (_pending)
        {
            _pending.Enqueue(update);
            if (_notifying)
                return;
            _notifying = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static self => self.NotifyAll(), this, preferLocal: false);
    }

    private void NotifyAll()
    {
        while (true)
        {
            ClusterMembershipUpdate? update;
            ImmutableArray<ISiloStatusListener> listeners;
            lock (_pending)
            {
                if (!_pending.TryDequeue(out update))
                {
                    _notifying = false;
                    return;
                }

                listeners = _listeners;
            }

            foreach (var change in update.Changes)
            {
                foreach (var listener in listeners)
                    Notify(listener, change);
            }
        }
    }

    private void Notify(ISiloStatusListener listener, ClusterMember change)
    {
        try
        {
            listener.SiloStatusChangeNotification(change.SiloAddress, change.Status);
        }
        catch (Exception exception)
        {
            LogListenerFailed(exception, listener.GetType(), change);
        }
    }

    private sealed record ActiveSilos(ClusterMembershipSnapshot Of, SiloAddress[] Silos);

    [LoggerMessage(2131, LogLevel.Error, "The listener {Listener} failed on {Change}.")]
    private partial void LogListenerFailed(Exception exception, Type listener, ClusterMember change);
}
