using Microsoft.Extensions.Logging;
using Orleans.Kv.Grains.Storage;
using Orleans.Kv.Interfaces.Security;
using Orleans.Kv.Silo.Isolation;
using Orleans.Kv.Silo.Observing;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>
/// The life of a silo's process: one Orleans host after another on one memory.
/// <para>
/// The others declare a silo dead when it has not answered for some seconds: paused, cut off, overloaded. Membership knows no way back from that for the host, as its grains
/// live elsewhere by then. The process stays all the same, and so does what it holds: the host is thrown away without waiting for anyone, its registers are taken from it first
/// (<see cref="SiloMemory.Release"/>), and another one is started with the same name, ports and store.
/// </para>
/// <para>
/// <b>Which one, depends on whom it can reach</b> (<see cref="PeerProbe"/>). A majority of the map's newest generation: a host on the shared membership again. Then the ordinary rules hold: a
/// store that is still in the map is brought what it missed, and one that was removed meanwhile is wiped and joins anew as an empty node. Too few: an <em>isolated</em> host, the only member of a
/// membership of its own, with the map as it was last known. It is there for the clients on its side of the cut, who get what the consistency mode allows without a quorum, and at once. It
/// writes nothing to the shared table or to the map's authority, and votes against nobody. As soon as a majority can be reached, and goes on being reached for a moment, it is thrown away as well,
/// for a host on the shared membership.
/// </para>
/// <para>
/// None of this is a matter of safety: a silo that is mistaken about whom it can reach has no quorum in isolation, and is an ordinary member on the shared table.
/// </para>
/// <para>
/// The process ends when it is told to, when its first start fails, when an invariant is broken or the storage fails (on the spot, see <see cref="FatalErrors"/>), and when its ports
/// are lost to somebody else while it was between two hosts.
/// </para>
/// </summary>
internal sealed partial class SiloProcess(SiloHostOptions options, TimeProvider time, SiloObserving observing, ILoggerFactory loggers) : IDisposable
{
    /// <summary>For how long a new host tries to get the ports that the former one had: longer than a process needs to close them, however busy the machine is.</summary>
    private static readonly TimeSpan PortPatience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a host that is not the first may take to come up. One that finds a member silent waits for it, and serves nobody meanwhile: those on its side of a cut are better off with
    /// an isolated one.
    /// </summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    /// <summary>Between two tries to start a host.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    /// <summary>Between two looks at whether the others can be reached.</summary>
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(300);

    /// <summary>How often in a row they must be, so that a link that comes and goes does not have hosts come and go with it.</summary>
    private const int LooksToJoin = 3;

    /// <summary>The least time in isolation after an attempt to join that has failed: each one takes the silo from its clients for a while.</summary>
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(5);

    private readonly ILogger<SiloProcess> _logger = loggers.CreateLogger<SiloProcess>();
    private readonly SiloMemory _memory = new(new MemoryRegisterStorage());
    private readonly ClusterTls? _tls = options.ClusterTls.IsGiven ? new ClusterTls(options.ClusterTls, time) : null;
    private long _notBefore = long.MinValue;

    public void Dispose() => _memory.Dispose();

    /// <summary>Runs until <paramref name="stop"/>, and returns the exit code. Throws what the first start throws.</summary>
    public async Task<int> Run(CancellationToken stop)
    {
        var probe = SiloHosting.CreateProbe(options, _memory, time, loggers.CreateLogger<PeerProbe>());
        if (await StartFirst(stop) is not { } life) return ExitCodes.Success;
        while (true)
        {
            observing.Host = life.Missing;
            await End(life, probe, stop);
            observing.Host = null;
            if (stop.IsCancellationRequested)
            {
                await life.Stop();
                return ExitCodes.Success;
            }

            // Both at once: until the next host is up, nobody is served here.
            var mayJoin = MayJoin(probe, stop);
            await Abandon(life);
            if (await Restart(mayJoin, probe, stop) is not { } next) return stop.IsCancellationRequested ? ExitCodes.Success : ExitCodes.CannotRejoin;
            life = next;
        }
    }

    /// <summary>Null when the process is to stop. A database that is away, or goes away meanwhile, is waited for.</summary>
    private async Task<SiloLife?> StartFirst(CancellationToken stop)
    {
        var wait = new DatabaseWait(options, time, loggers.CreateLogger<DatabaseWait>());
        while (true)
        {
            SiloLife? life = null;
            try
            {
                await wait.Run(stop);
                life = new SiloLife(options, _memory, _tls, isolated: false, time, observing);
                await life.Start(stop);
                return life;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                if (life is not null) await Abandon(life);
                return null;
            }
            catch (Exception fault) when (life is not null && StartupFault.MayPass(fault))
            {
                await Abandon(life);
                LogNotStarted(options.Name, fault);
            }
        }
    }

    /// <summary>Completes when the host is to be replaced, or the process is to stop.</summary>
    private async Task End(SiloLife life, PeerProbe probe, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] reasons = life.IsIsolated ? [life.DeclaredDead, UntilJoinable(probe, ended.Token)] : [life.DeclaredDead];
        Task any = Task.WhenAny(reasons);
        await any.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ended.CancelAsync();
        if (stop.IsCancellationRequested) return;
        if (life.DeclaredDead.IsCompleted) LogDeclaredDead(options.Name);
        else LogLeavesIsolation(options.Name);
    }

    private async Task UntilJoinable(PeerProbe probe, CancellationToken end)
    {
        for (var good = 0; good < LooksToJoin && !end.IsCancellationRequested;)
        {
            await Task.Delay(LookPeriod, time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (end.IsCancellationRequested) return;
            good = await MayJoin(probe, end) ? good + 1 : 0;
        }
    }

    private async Task<bool> MayJoin(PeerProbe probe, CancellationToken end)
    {
        if (time.GetTimestamp() < _notBefore) return false;
        try
        {
            var outlook = await probe.Look(end);
            LogOutlook(options.Name, outlook);
            return outlook.MayJoin;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Starts hosts until one runs. Null when the process is to stop, or its ports are lost.</summary>
    private async Task<SiloLife?> Restart(Task<bool> mayJoin, PeerProbe probe, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            var isolated = !await mayJoin;
            var life = new SiloLife(options, _memory, _tls, isolated, time, observing);
            try
            {
                await life.Start(StartPatience, stop);
                if (isolated) LogIsolated(options.Name);
                else LogRejoined(options.Name);
                return life;
            }
            catch (Exception fault)
            {
                await Abandon(life);
                if (stop.IsCancellationRequested) return null;
                LogNotRestarted(options.Name, fault);
                if (!StartupFault.IsPortInUse(fault))
                {
                    _notBefore = time.GetTimestamp() + (long)(RestAfterFailure.TotalSeconds * time.TimestampFrequency);
                }
                else if (time.GetElapsedTime(began) > PortPatience)
                {
                    await Console.Error.WriteLineAsync(StartupFault.CannotRejoin(options));
                    return null;
                }
            }

            await Task.Delay(Pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            mayJoin = MayJoin(probe, stop);
        }

        return null;
    }

    private async Task Abandon(SiloLife life)
    {
        if (await life.Abandon() is { } fault) LogNotClosed(options.Name, fault);
    }

    [LoggerMessage(1911, LogLevel.Warning, "{Silo} was declared dead by the others, who went on without it while it did not answer. Its host is thrown away and started anew, with what the process holds in memory", EventName = "DeclaredDead")]
    private partial void LogDeclaredDead(string silo);

    [LoggerMessage(1912, LogLevel.Warning, "{Silo} is back in the cluster, in the same process and with the same memory", EventName = "Rejoined")]
    private partial void LogRejoined(string silo);

    [LoggerMessage(1913, LogLevel.Error, "{Silo} could not be started anew, and tries again", EventName = "NotRestarted")]
    private partial void LogNotRestarted(string silo, Exception fault);

    [LoggerMessage(1918, LogLevel.Warning, "{Silo} lost its database while it started, and tries again", EventName = "NotStarted")]
    private partial void LogNotStarted(string silo, Exception fault);

    [LoggerMessage(1914, LogLevel.Warning, "The host that {Silo} has given up did not close in good order; it has no registers any more", EventName = "HostNotClosed")]
    private partial void LogNotClosed(string silo, Exception fault);

    [LoggerMessage(1915, LogLevel.Warning, "{Silo} IS CUT OFF from the majority of the others, and runs by itself: it has no quorum, changes nothing that is shared, and looks for the others until they can be reached again", EventName = "Isolated")]
    private partial void LogIsolated(string silo);

    [LoggerMessage(1916, LogLevel.Warning, "{Silo} can reach a majority of the others again: its isolated host is thrown away, and it returns to the cluster", EventName = "LeavesIsolation")]
    private partial void LogLeavesIsolation(string silo);

    [LoggerMessage(1917, LogLevel.Debug, "{Silo}: {Outlook}", EventName = "PeerOutlook")]
    private partial void LogOutlook(string silo, PeerOutlook outlook);
}
