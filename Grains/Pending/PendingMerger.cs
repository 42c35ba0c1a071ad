using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Topology;

namespace Orleans.Kv.Grains.Pending;

/// <summary>
/// Brings pending writes into the protocol, as soon as a quorum of their keys' replicas can be reached. Each is an ordinary operation of a proposer of its own, "apply if newer", and changes
/// the key at most once however often it is carried out and by whomever: see <see cref="PendingWrite"/>. So nothing here has to be certain.
/// <para>
/// A write is merged by its owner. Copies are merged by who keeps them only when their owner is gone: dead, as membership says, for the grace period, or there and without
/// the write (it was restarted, or has merged it and could not say so). Otherwise each write would be merged once per copy, which is harmless, and a waste.
/// </para>
/// <para>While nothing is pending nothing is looked at. A fault in one pass is logged, and the next pass comes all the same.</para>
/// </summary>
internal sealed partial class PendingMerger(
    PendingStore store, PendingKeepers keepers, Settler settler, IOutlook outlook, TopologyAgent topology, ISiloStatusOracle oracle, PendingCounters counters,
    IOptions<PendingOptions> options, IOptions<TopologyOptions> grace, TimeProvider time, ILogger<PendingMerger> logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly ILogger _logger = logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<Key, long> _resting = new(Key.Comparer);
    private readonly Dictionary<string, long> _deadSince = new(StringComparer.Ordinal);
    private Task _loop = Task.CompletedTask;
    private HashSet<WriteStamp> _orphans = [];
    private long _ownersAsked;

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(PendingMerger), ServiceLifecycleStage.Active, Start, Stop);

    public void Dispose() => _stopping.Dispose();

    private Task Start(CancellationToken cancellation)
    {
        _ownersAsked = time.GetTimestamp();
        _loop = Task.Run(KeepOn, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task Stop(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        // Not where the host is thrown away: a merge under way would hold it up for as long as its timeout.
        await _loop.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (store.Count > 0) LogLeft(store.Count);
    }

    private async Task KeepOn()
    {
        var stop = _stopping.Token;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                // What a former host of this process has left is there without having been added.
                if (store.IsQuiet) await store.Added.WaitToReadAsync(stop);
                store.Added.TryRead(out _);
                await Pass(stop);
                store.Forget();
                await Task.Delay(options.Value.MergePeriod, time, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                LogFault(fault);
                await Task.Delay(options.Value.MergePeriod, time, CancellationToken.None);
            }
        }
    }

    private async Task Pass(CancellationToken stop)
    {
        if (store.Count == 0)
        {
            _resting.Clear();
            _orphans.Clear();
            return;
        }

        var writes = store.Snapshot();
        var self = topology.Self.Name;
        if (time.GetElapsedTime(_ownersAsked) >= options.Value.OwnerPeriod)
        {
            _ownersAsked = time.GetTimestamp();
            _orphans = await FindOrphans(writes.Where(write => write.Owner != self).ToLookup(static write => write.Owner, StringComparer.Ordinal));
        }

        var now = time.GetTimestamp();
        // Oldest first: of two writes to one key the one that has seen the other comes later. Not that it mattered in the end.
        var due = writes.Where(write => (write.Owner == self || _orphans.Contains(write.Stamp)) && !IsResting(write.Key, now) && outlook.ShortageOf(write.Key) is null).ToList();
        if (due.Count == 0) return;
        var tally = new MergeTally();
        await Parallel.ForEachAsync(
            due.GroupBy(static write => write.Key, Key.Comparer), new ParallelOptions { MaxDegreeOfParallelism = options.Value.MergesAtOnce, CancellationToken = stop },
            async (ofKey, _) =>
            {
                foreach (var write in ofKey)
                {
                    if (!await Merge(write, tally)) return;
                }
            });
        if (tally.Merged.Count > 0) await keepers.Drop(tally.Merged);
        if (tally.Merged.Count > 0) LogMerged(tally.Merged.Count, tally.Won, tally.Lost, tally.Known, store.Count);
        if (tally.Full > 0) LogConflictsFull(tally.Full);
    }

    /// <summary>False where it has to be tried again later.</summary>
    private async Task<bool> Merge(PendingWrite write, MergeTally tally)
    {
        var outcome = await settler.Submit(write.Key, write.ToMerge());
        if (outcome is not Outcome.Merged merged)
        {
            if (outcome is Outcome.MergeFull) counters.OnFull();
            tally.OnPutOff(outcome is Outcome.MergeFull);
            lock (_resting) _resting[write.Key] = time.GetTimestamp();
            return false;
        }

        if (merged.AlreadyDone) counters.OnKnown();
        else if (merged.Won) counters.OnWon();
        else counters.OnLost();
        tally.OnMerged(write, merged);
        store.Drop(write.Key, write.Stamp);
        return true;
    }

    private bool IsResting(Key key, long now)
    {
        if (!_resting.TryGetValue(key, out var since)) return false;
        if (time.GetElapsedTime(since, now) < options.Value.MergeRest) return true;
        _resting.Remove(key);
        return false;
    }

    /// <summary>The copies whose owners will not merge them.</summary>
    private async Task<HashSet<WriteStamp>> FindOrphans(ILookup<string, PendingWrite> byOwner)
    {
        var orphans = new HashSet<WriteStamp>();
        var records = topology.View.Records;
        foreach (var (owner, writes) in byOwner.Select(static group => (group.Key, group.ToList())))
        {
            var record = records.FirstOrDefault(record => record.Name == owner);
            var isAlive = record is not null && oracle.GetApproximateSiloStatus(record.Silo) is SiloStatus.Active or SiloStatus.Joining;
            if (!isAlive)
            {
                if (IsDeadForGood(owner)) orphans.UnionWith(writes.Select(static write => write.Stamp));
                continue;
            }

            _deadSince.Remove(owner);
            if (await keepers.AskOwner(ClusterView.NodeOf(record!), writes) is not { } held) continue;
            orphans.UnionWith(writes.Where((_, at) => !held[at]).Select(static write => write.Stamp));
        }

        foreach (var owner in _deadSince.Keys.Where(owner => !byOwner.Contains(owner)).ToList()) _deadSince.Remove(owner);
        return orphans;
    }

    private bool IsDeadForGood(string owner)
    {
        if (_deadSince.TryAdd(owner, time.GetTimestamp())) return false;
        return time.GetElapsedTime(_deadSince[owner]) >= grace.Value.Grace;
    }

    [LoggerMessage(1521, LogLevel.Information, "Merged {Merged} pending writes: {Won} won, {Lost} lost and are listed as conflicts, {Known} had been merged or committed before; {Left} are left", EventName = "PendingMerged")]
    private partial void LogMerged(int merged, int won, int lost, int known, int left);

    [LoggerMessage(1522, LogLevel.Warning, "{Writes} pending writes cannot be merged, because their keys have as many conflicts as they may: they stay until somebody deletes some", EventName = "ConflictsFull")]
    private partial void LogConflictsFull(int writes);

    [LoggerMessage(1523, LogLevel.Error, "A fault while merging pending writes; they are tried again", EventName = "MergeFault")]
    private partial void LogFault(Exception fault);

    [LoggerMessage(1524, LogLevel.Warning, "This host stops with {Writes} pending writes that are not merged", EventName = "PendingLeft")]
    private partial void LogLeft(int writes);
}
