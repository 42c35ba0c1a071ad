using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime.MembershipService;

/// <summary>
/// This silo's dealings with the membership table: it reads it, changes it, and publishes what it says.
/// <para>
/// Membership as a whole works like this. Every silo instance has a row in one <see cref="IMembershipTable"/>. The table is the only
/// authority: a silo is in the cluster because its row says Active, and out of it because its row says Dead, whatever anybody
/// measures. All changes of status go through the table's version by compare-and-swap, so they have one order, and every decision
/// is made on a state that was current when it took effect. Silos probe each other (<see cref="SiloMonitor"/>) and turn missed
/// probes into votes in the suspect's row (<see cref="DeathVote"/>). Whoever changed the table tells the others that there is a
/// newer version (gossip), and they read it; who hears nothing reads it periodically. A silo that finds its own row Dead
/// calls the fatal error handler, which ends the process or has the host thrown away, because the others have already given its grains to somebody else.
/// </para>
/// <para>
/// Promises: <see cref="Current"/> never goes back to an earlier version; listeners see every version this silo has read, in order,
/// one at a time. Relies on: the table being linearizable; clocks only for the age of votes and heartbeats.
/// </para>
/// </summary>
internal sealed partial class MembershipManager : IDisposable
{
    /// <summary>A change that lost against others so often in a row means that the table is broken rather than busy.</summary>
    private const int MaxAttempts = 30;

    private static readonly TimeSpan MinRetryPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MaxRetryPause = TimeSpan.FromMilliseconds(250);

    private readonly IMembershipTable _table;
    private readonly IMembershipTransport _transport;
    private readonly ILocalSiloDetails _local;
    private readonly IFatalErrorHandler _fatalErrorHandler;
    private readonly ClusterMembershipOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly DateTime _startTime;
    private readonly Random _random;
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly Lock _publishing = new();
    private MembershipView _current = MembershipView.Nothing;
    private SiloStatus _ownStatus = SiloStatus.Created;
    private bool _saysGoodBye;
    private Task? _read;

    public MembershipManager(
        IMembershipTable table,
        IMembershipTransport transport,
        ILocalSiloDetails local,
        IFatalErrorHandler fatalErrorHandler,
        IOptions<ClusterMembershipOptions> options,
        TimeProvider time,
        ILogger<MembershipManager> log)
    {
        _table = table;
        _transport = transport;
        _local = local;
        _fatalErrorHandler = fatalErrorHandler;
        _options = options.Value;
        _time = time;
        _log = log;
        _startTime = Now;

        // Spreads the retries of silos that start together; the seed is the silo's own, so a run can be repeated.
        _random = new Random(local.SiloAddress.GetConsistentHashCode());
    }

    /// <summary>Called for every published view, under a lock and in order: must be quick and must not call back.</summary>
    public event Action<ClusterMembershipUpdate>? Published;

    public MembershipView Current => Volatile.Read(ref _current);

    public MembershipUpdateStream Updates { get; } = new();

    public SiloAddress LocalSilo => _local.SiloAddress;

    /// <summary>What this silo last wrote into its own row; ahead of the table's copy for others.</summary>
    public SiloStatus OwnStatus => _ownStatus;

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    public async Task Initialize(CancellationToken cancellation)
    {
        await _table.InitializeMembershipTable(true).WaitAsync(cancellation);
        await Refresh(cancellation);
    }

    /// <summary>Reads the table. Callers that come while a read has not begun yet share it.</summary>
    public async Task Refresh(CancellationToken cancellation)
    {
        Task read;
        lock (_publishing)
        {
            // A read that has begun may miss what the caller wants to see; it must be awaited and another one made.
            var before = _read;
            if (before is null || before.IsCompleted)
                _read = read = ReadAndPublish();
            else
                _read = read = ReadAfter(before);
        }

        await read.WaitAsync(cancellation);

        async Task ReadAfter(Task before)
        {
            await before.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await ReadAndPublish();
        }
    }

    /// <summary>Somebody says that the table has reached a version.</summary>
    public void OnGossip(MembershipVersion version)
    {
        if (version > Current.Snapshot.Version)
            RefreshInBackground();
    }

    /// <summary>Reads the table without anybody waiting for it; a failure is logged and left to the next periodic read.</summary>
    public void RefreshInBackground() => _ = Task.Run(async () =>
    {
        try
        {
            await Refresh(CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogReadFailed(exception);
        }
    });

    public async Task WriteHeartbeat(CancellationToken cancellation)
    {
        var entry = Current.Find(LocalSilo)?.Copy() ?? NewOwnEntry(_ownStatus);
        entry.IAmAliveTime = Now;
        await _table.UpdateIAmAlive(entry).WaitAsync(cancellation);
    }

    /// <summary>Writes this silo's own status, adding its row where it has none and ending instances that ran here before it.</summary>
    public async Task SetOwnStatus(SiloStatus status, CancellationToken cancellation)
    {
        if (_ownStatus == SiloStatus.Created)
            await EndPredecessors(cancellation);

        var before = _ownStatus;
        _ownStatus = status;
        _saysGoodBye |= status == SiloStatus.Dead;
        try
        {
            await Change(view => OwnEntry(view, status), cancellation);
        }
        catch
        {
            _ownStatus = before;
            throw;
        }

        LogOwnStatus(LocalSilo, status);
    }

    /// <summary>Votes that a silo is dead, in this silo's name and, if it agreed, the go-between's.</summary>
    /// <returns>Whether the silo is dead now.</returns>
    public async Task<bool> Suspect(SiloAddress suspect, SiloAddress? witness, CancellationToken cancellation)
    {
        if (!_options.LivenessEnabled)
            return false;

        SiloAddress[] voters = witness is null ? [LocalSilo] : [LocalSilo, witness];
        var view = await Change(
            view => view.Find(suspect) is { Status: not SiloStatus.Dead } row ? DeathVote.Cast(view, row, voters, Now, _options) : null,
            cancellation);
        var isDead = view.Find(suspect) is null or { Status: SiloStatus.Dead };
        if (isDead)
            LogDeclaredDead(suspect, witness);
        else
            LogSuspected(suspect, witness);
        return isDead;
    }

    /// <summary>Declares a silo dead on this silo's word alone.</summary>
    public async Task<bool> TryKill(SiloAddress silo, CancellationToken cancellation)
    {
        var view = await Change(view => view.Find(silo) is { Status: not SiloStatus.Dead } row ? Dead(row) : null, cancellation);
        return view.Find(silo) is { Status: SiloStatus.Dead };
    }

    public async Task DeleteDefunct(CancellationToken cancellation) =>
        await _table.CleanupDefunctSiloEntries(_time.GetUtcNow() - _options.DefunctSiloExpiration).WaitAsync(cancellation);

    public void Dispose()
    {
        lock (_publishing)
            Updates.Complete();
        _changing.Dispose();
    }

    private async Task EndPredecessors(CancellationToken cancellation)
    {
        await Refresh(cancellation);
        foreach (var entry in Current.Entries)
        {
            if (entry.Status == SiloStatus.Dead)
                continue;
            if (entry.SiloAddress.IsPredecessorOf(LocalSilo))
            {
                // Its port is mine now: it cannot be running. Nobody needs to find that out by probing.
                LogEndsPredecessor(entry.SiloAddress, LocalSilo);
                await TryKill(entry.SiloAddress, cancellation);
            }
            else if (entry.SiloAddress.IsSuccessorOf(LocalSilo))
            {
                throw new OrleansException($"{entry.SiloAddress} has taken the endpoint of this silo, {LocalSilo}, and started after it.");
            }
        }
    }

    private MembershipEntry? OwnEntry(MembershipView view, SiloStatus status)
    {
        if (view.Find(LocalSilo) is not { } row)
            return status == SiloStatus.Dead ? null : NewOwnEntry(status);
        if (row.Status == status)
            return null;

        row = row.Copy();
        row.Status = status;
        row.IAmAliveTime = Now;
        return row;
    }

    private MembershipEntry NewOwnEntry(SiloStatus status) => new()
    {
        SiloAddress = LocalSilo,
        SiloName = _local.Name,
        HostName = _local.DnsHostName,
        ProxyPort = _local.GatewayAddress?.Endpoint.Port ?? 0,
        Status = status,
        StartTime = _startTime,
        IAmAliveTime = Now,
    };

    private MembershipEntry Dead(MembershipEntry row)
    {
        var dead = row.Copy();
        dead.AddSuspector(LocalSilo, Now);
        dead.Status = SiloStatus.Dead;
        return dead;
    }

    /// <summary>
    /// Applies a change to the table's newest state until it takes effect or has nothing left to do, then publishes the result and
    /// tells the others.
    /// </summary>
    /// <remarks><paramref name="decide"/> gets the newest state and returns the row to write, or null for none; it is asked anew on every attempt.</remarks>
    private async Task<MembershipView> Change(Func<MembershipView, MembershipEntry?> decide, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var view = new MembershipView(await _table.ReadAll().WaitAsync(cancellation));
                Publish(view);
                ThrowIfDead(view);
                if (decide(view) is not { } row)
                    return view;

                if (await TryWrite(view, row, cancellation))
                {
                    await Refresh(cancellation);
                    _ = Gossip(row.SiloAddress);
                    return Current;
                }

                if (attempt == MaxAttempts)
                    throw new OrleansException($"The membership table refused to set {row.SiloAddress} to {row.Status} {MaxAttempts} times.");
                await Pause(attempt, cancellation);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task<bool> TryWrite(MembershipView view, MembershipEntry row, CancellationToken cancellation)
    {
        var write = view.Find(row.SiloAddress) is null
            ? _table.InsertRow(row, view.Version.Next())
            : _table.UpdateRow(row, view.EtagOf(row.SiloAddress), view.Version.Next());
        return await write.WaitAsync(cancellation);
    }

    private Task Pause(int attempt, CancellationToken cancellation)
    {
        var longest = Math.Min(MinRetryPause.TotalMilliseconds * Math.Pow(2, attempt), MaxRetryPause.TotalMilliseconds);
        return Task.Delay(TimeSpan.FromMilliseconds(_random.NextDouble() * longest), _time, cancellation);
    }

    private async Task ReadAndPublish() => Publish(new MembershipView(await _table.ReadAll()));

    private void Publish(MembershipView view)
    {
        ClusterMembershipUpdate? update = null;
        lock (_publishing)
        {
            if (view.Version.Version < _current.Version.Version)
                return;

            // The same version may bring newer heartbeats: worth keeping, nothing to tell.
            var before = _current;
            Volatile.Write(ref _current, view);
            if (view.Version.Version > before.Version.Version)
            {
                update = view.Snapshot.CreateUpdate(before.Snapshot);
                Updates.Publish(view.Snapshot);
                Published?.Invoke(update);
            }
        }

        if (update is not null)
            StopIfDead(view);
    }

    /// <summary>Nobody may write in the name of a silo that the others have given up: its own row is final.</summary>
    private void ThrowIfDead(MembershipView view)
    {
        if (!_saysGoodBye && view.Find(LocalSilo) is { Status: SiloStatus.Dead })
            throw new OrleansException($"This silo, {LocalSilo}, was declared dead.");
    }

    private void StopIfDead(MembershipView view)
    {
        if (_ownStatus is SiloStatus.Created or SiloStatus.Dead || view.Find(LocalSilo) is not { Status: SiloStatus.Dead } row)
            return;

        var voters = string.Join(", ", row.SuspectTimes?.Select(vote => vote.Item1.ToString()) ?? []);
        LogFoundItselfDead(LocalSilo, view.Version.Version, voters);
        if (_ownStatus.IsTerminating())
            return;

        _ownStatus = SiloStatus.Dead;
        _fatalErrorHandler.OnFatalException(
            this, $"This silo, {LocalSilo}, was declared dead by {voters} in version {view.Version.Version} of the membership table.");
    }

    /// <summary>Tells the living, and the silo the change is about: if it lives after all it should learn at once that it must not.</summary>
    private async Task Gossip(SiloAddress subject)
    {
        if (!_options.UseLivenessGossip)
            return;

        var view = Current;
        var told = view.Entries
            .Where(entry => entry.Status != SiloStatus.Dead || entry.SiloAddress.Equals(subject))
            .Where(entry => !entry.SiloAddress.Equals(LocalSilo))
            .Select(entry => _transport.Gossip(entry.SiloAddress, view.Snapshot.Version));
        try
        {
            await Task.WhenAll(told);
        }
        catch (Exception exception)
        {
            LogGossipFailed(exception);
        }
    }

    [LoggerMessage(2101, LogLevel.Warning, "Reading the membership table failed; the view of it may be out of date.")]
    private partial void LogReadFailed(Exception exception);

    [LoggerMessage(2102, LogLevel.Information, "{Silo} is now {Status}.")]
    private partial void LogOwnStatus(SiloAddress silo, SiloStatus status);

    [LoggerMessage(2103, LogLevel.Warning, "Voted that {Suspect} is dead (witness: {Witness}); the votes were enough: it is.")]
    private partial void LogDeclaredDead(SiloAddress suspect, SiloAddress? witness);

    [LoggerMessage(2104, LogLevel.Warning, "Voted that {Suspect} is dead (witness: {Witness}); it takes more votes.")]
    private partial void LogSuspected(SiloAddress suspect, SiloAddress? witness);

    [LoggerMessage(2105, LogLevel.Information, "{Predecessor} ran on the endpoint of {Silo} before: declaring it dead.")]
    private partial void LogEndsPredecessor(SiloAddress predecessor, SiloAddress silo);

    [LoggerMessage(2106, LogLevel.Error, "This silo, {Silo}, was declared dead in table version {Version}, by {Voters}.")]
    private partial void LogFoundItselfDead(SiloAddress silo, int version, string voters);

    [LoggerMessage(2107, LogLevel.Debug, "Telling others about a change of membership failed; they will read it from the table.")]
    private partial void LogGossipFailed(Exception exception);
}
