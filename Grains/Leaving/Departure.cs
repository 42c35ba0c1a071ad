using Microsoft.Extensions.Logging;
using Orleans.Kv.Grains.Keys;
using Orleans.Kv.Grains.Topology;

namespace Orleans.Kv.Grains.Leaving;

/// <summary>
/// Hands the key grains of a silo over before the silo stops, so that nobody who uses its keys notices.
/// <para>
/// The engine's own way out stops everything at once: the services first, then membership says that the silo is leaving, then the grains are ended, with requests still coming in from all who have
/// not heard yet. None of them fails, since whoever asked asks again elsewhere, but each waits until they do. So before all that the silo says to each of the others that it is leaving. From then on they
/// place no key's grain here (<see cref="Leavers"/>), and each grain that is used once more here ends after that (<see cref="KeyGrain"/>): the engine passes what waits for it on
/// to its successor. The replica, the coordinators and the gateway serve on meanwhile. When no key's grain is asked here any more, the engine's way out begins; what is left are grains that nobody uses.
/// </para>
/// <para>Only a courtesy: whoever has not been told, or does not know what is said (a silo of an older build), finds out as it would if the silo had died.</para>
/// </summary>
internal sealed partial class Departure(
    Leavers leavers, TopologyServiceClient services, ISiloStatusOracle oracle, TimeProvider time, ILogger<Departure> logger) : ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>How long a silo may take to confirm that it has heard: a healthy one takes milliseconds.</summary>
    private static readonly TimeSpan TellPatience = TimeSpan.FromSeconds(1);

    /// <summary>With no operation at a key's grain for this long, those in use have gone.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);

    /// <summary>How long it takes at most, however many keys are in use: whoever stops a process kills it some ten seconds later.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(3);

    private readonly ILogger<Departure> _logger = logger;
    private volatile bool _hasBegun;
    private int _arrivals;

    /// <summary>This silo is about to leave.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>Outermost: stopped before anything else is.</summary>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(Departure), ServiceLifecycleStage.Active + 1, static _ => Task.CompletedTask, HandOver);

    /// <summary>An operation came to a key's grain here although the silo is leaving.</summary>
    public void Arrived() => Interlocked.Increment(ref _arrivals);

    /// <summary>Ends when no key's grain is used here any more, or it has taken too long. Does nothing where there is nobody to hand over to, and for a host that is thrown away.</summary>
    public async Task HandOver(CancellationToken cancellation)
    {
        var others = oracle.GetActiveSilos().Where(silo => !silo.Equals(oracle.SiloAddress) && !leavers.Contains(silo)).ToList();
        if (cancellation.IsCancellationRequested || others.Count == 0 || oracle.CurrentStatus != SiloStatus.Active) return;
        var began = time.GetTimestamp();
        leavers.Add(oracle.SiloAddress);
        _hasBegun = true;
        await Task.WhenAll(others.Select(silo => Tell(silo, cancellation)));
        await UntilQuiet(began, cancellation);
        LogHandedOver(_arrivals, (int)time.GetElapsedTime(began).TotalMilliseconds);
    }

    private async Task Tell(SiloAddress silo, CancellationToken cancellation)
    {
        try
        {
            await services.On(silo).Leaving(oracle.SiloAddress).WaitAsync(TellPatience, time, cancellation);
        }
        catch (Exception fault)
        {
            // Whatever it is, it must not keep this silo from leaving.
            LogNotTold(silo, fault.Message);
        }
    }

    private async Task UntilQuiet(long began, CancellationToken cancellation)
    {
        var before = -1;
        for (var seen = Volatile.Read(ref _arrivals); seen != before && time.GetElapsedTime(began) < Most; seen = Volatile.Read(ref _arrivals))
        {
            before = seen;
            await Task.Delay(Quiet, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellation.IsCancellationRequested) return;
        }
    }

    [LoggerMessage(1151, LogLevel.Information, "The silo is leaving: its key grains in use have gone elsewhere, after {Operations} more operations and {Milliseconds} ms", EventName = "HandedOver")]
    private partial void LogHandedOver(int operations, int milliseconds);

    [LoggerMessage(1152, LogLevel.Information, "Silo {Silo} could not be told that this one is leaving, and will find out by itself: {Fault}", EventName = "LeavingNotTold")]
    private partial void LogNotTold(SiloAddress silo, string fault);
}
