using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Topology;

namespace Orleans.Kv.Grains.Expiry;

/// <summary>
/// Ends what is due though nobody asks for it. A value expires by a committed tombstone, which the first operation that finds it due writes; for keys that nobody touches that is this
/// one's, a full round of the protocol without any operation. It is an ordinary proposer: whatever else happens to the key meanwhile, a touch that prolongs its life for instance, comes before or after.
/// <para>
/// Each silo looks through the keys that its own replica knows to be due, earliest first, in an index that the store keeps (<see cref="RegisterIndex"/>). The first replica of a key that can be reached
/// takes it on at once, the others only if it is still there after a while. Keys without a quorum are left alone until there is one.
/// </para>
/// <para>
/// Very many keys may be due in the same moment. The silo has a few of them in hand at a time and so many in a second, so that requests do not wait behind them; nobody sees the difference, since reads
/// and listings go by the time and not by the tombstone.
/// </para>
/// </summary>
internal sealed partial class Reaper(
    Replica replica, TopologyAgent topology, Settler settler, IOutlook outlook, ExpiryCounters counters, IOptions<ReaperOptions> options, TimeProvider time, ILogger<Reaper> logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    // Collected under the store's lock, which takes some microseconds.
    private const int Look = 512;

    private readonly ILogger _logger = logger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(Reaper), ServiceLifecycleStage.Active, Start, Stop);

    public void Dispose() => _stopping.Dispose();

    private Task Start(CancellationToken cancellation)
    {
        _loop = Task.Run(KeepOn, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task Stop(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        // Not where the host is thrown away: what is under way would hold it up for as long as its patience.
        await _loop.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task KeepOn()
    {
        var stop = _stopping.Token;
        while (!stop.IsCancellationRequested)
        {
            var pause = options.Value.Period;
            try
            {
                if (!await Pass(stop)) pause = options.Value.Retry;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                LogFault(fault);
                pause = options.Value.Retry;
            }

            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Goes through all that is due; false where some of it could not be replaced. What is another replica's to do comes only when there is hardly anything of one's own: with very many keys
    /// due at once, all of them are late, and nobody is slow.
    /// </summary>
    private async Task<bool> Pass(CancellationToken stop)
    {
        var began = time.GetTimestamp();
        var (reaped, failed) = await Go(IsOwn, stop);
        if (reaped < options.Value.Window)
        {
            var (others, failedOthers) = await Go(IsOthers, stop);
            reaped += others;
            failed += failedOthers;
        }

        if (reaped + failed > 0) LogReaped(reaped, failed, time.GetElapsedTime(began).TotalMilliseconds);
        return failed == 0;
    }

    private async Task<(int Reaped, int Failed)> Go(Func<DueKey, bool> isDue, CancellationToken stop)
    {
        var reaped = 0;
        var failed = 0;
        var due = new List<DueKey>(Look);
        for (var shard = 0; shard < replica.Shards; shard++)
        {
            DueKey? last = null;
            bool hasMore;
            do
            {
                due.Clear();
                hasMore = replica.ReadDue(shard, Now, last, Look, due);
                if (due.Count > 0) last = due[^1];
                foreach (var keys in due.Where(isDue).Select(static entry => entry.Key).Chunk(options.Value.Window))
                {
                    stop.ThrowIfCancellationRequested();
                    var left = await Replace(keys, stop);
                    counters.OnReaped(keys.Length - left);
                    reaped += keys.Length - left;
                    failed += left;
                }
            }
            while (hasMore);
        }

        return (reaped, failed);
    }

    private HybridTimestamp Now => HybridTimestamp.FromUnixMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    private bool IsOwn(DueKey due) => Before(due.Key) == 0 && outlook.ShortageOf(due.Key) is null;

    private bool IsOthers(DueKey due) =>
        Before(due.Key) is > 0 and var before && due.Expiry.Plus(before * options.Value.StandInDelay) <= Now && outlook.ShortageOf(due.Key) is null;

    /// <summary>How many replicas of the key come before this one, of those that can be reached; -1 where this one is none, as during a migration.</summary>
    private int Before(Key key)
    {
        if (topology.View.Map is not { } map) return -1;
        var before = 0;
        foreach (var node in map[key].Replicas)
        {
            if (node == topology.Self) return before;
            if (outlook.CanReach(node)) before++;
        }

        return -1;
    }

    /// <summary>Returns how many of them could not be replaced, and not before that many may be in hand again.</summary>
    private async Task<int> Replace(Key[] keys, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        var batch = new SettleBatch(keys.Length);
        foreach (var key in keys) settler.Settle(key, 0, batch);
        var failed = await batch.Failed;
        var rest = TimeSpan.FromSeconds((double)keys.Length / options.Value.KeysPerSecond) - time.GetElapsedTime(began);
        if (rest > TimeSpan.Zero) await Task.Delay(rest, time, stop);
        return failed;
    }

    [LoggerMessage(1601, LogLevel.Information, "Replaced {Keys} values that were due by tombstones in {Milliseconds:0} ms; {Failed} could not be", EventName = "Reaped")]
    private partial void LogReaped(int keys, int failed, double milliseconds);

    [LoggerMessage(1602, LogLevel.Error, "A fault while looking for values that are due; it goes on", EventName = "ReaperFault")]
    private partial void LogFault(Exception fault);
}
