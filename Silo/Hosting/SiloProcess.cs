using Microsoft.Extensions.Logging;
using Orleans.Kv.Grains.Storage;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>
/// The life of a silo's process: one Orleans host after another on one memory.
/// <para>
/// The others declare a silo dead when it has not answered for some seconds: paused, cut off, overloaded. Membership knows no way back from that for the host, as its grains
/// live elsewhere by then. The process stays all the same, and so does what it holds: the host is thrown away without waiting for anyone, its registers are taken from it first
/// (<see cref="SiloMemory.Release"/>), and another one is started with the same name, ports and store. Then the ordinary rules hold: a store that is still in the map is brought what it missed, and one
/// that was removed meanwhile is wiped and joins anew as an empty node.
/// </para>
/// <para>
/// It ends when it is told to, when its first start fails, when an invariant is broken or the storage fails (the process ends on the spot, see <see cref="FatalErrors"/>), and when its ports
/// are lost to somebody else while it was between two hosts.
/// </para>
/// </summary>
internal sealed partial class SiloProcess(SiloHostOptions options, TimeProvider time, ILogger<SiloProcess> logger) : IDisposable
{
    /// <summary>For how long a new host tries to get the ports that the former one had: longer than a process needs to close them, however busy the machine is.</summary>
    private static readonly TimeSpan PortPatience = TimeSpan.FromSeconds(15);

    /// <summary>Between two tries to start a host.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly ILogger<SiloProcess> _logger = logger;
    private readonly SiloMemory _memory = new(new MemoryRegisterStorage());

    public void Dispose() => _memory.Dispose();

    /// <summary>Runs until <paramref name="stop"/>, and returns the exit code. Throws what the first start throws.</summary>
    public async Task<int> Run(CancellationToken stop)
    {
        var life = new SiloLife(options, _memory, time);
        try
        {
            await life.Start(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Abandon(life);
            return ExitCodes.Success;
        }

        while (true)
        {
            await life.DeclaredDead.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                await life.Stop();
                return ExitCodes.Success;
            }

            LogDeclaredDead(options.Name);
            await Abandon(life);
            if (await Restart(stop) is not { } next) return stop.IsCancellationRequested ? ExitCodes.Success : ExitCodes.CannotRejoin;
            life = next;
            LogRejoined(options.Name);
        }
    }

    private async Task Abandon(SiloLife life)
    {
        if (await life.Abandon() is { } fault) LogNotClosed(options.Name, fault);
    }

    /// <summary>Starts hosts until one runs. Null when the process is to stop, or its ports are lost.</summary>
    private async Task<SiloLife?> Restart(CancellationToken stop)
    {
        var began = time.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            var life = new SiloLife(options, _memory, time);
            try
            {
                await life.Start(stop);
                return life;
            }
            catch (Exception fault)
            {
                await Abandon(life);
                if (stop.IsCancellationRequested) return null;
                LogNotRestarted(options.Name, fault);
                if (StartupFault.IsPortInUse(fault) && time.GetElapsedTime(began) > PortPatience)
                {
                    await Console.Error.WriteLineAsync(StartupFault.CannotRejoin(options));
                    return null;
                }
            }

            await Task.Delay(Pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return null;
    }

    [LoggerMessage(1911, LogLevel.Warning, "{Silo} was declared dead by the others, who went on without it while it did not answer. Its host is thrown away and started anew, with what the process holds in memory", EventName = "DeclaredDead")]
    private partial void LogDeclaredDead(string silo);

    [LoggerMessage(1912, LogLevel.Warning, "{Silo} is back in the cluster, in the same process and with the same memory", EventName = "Rejoined")]
    private partial void LogRejoined(string silo);

    [LoggerMessage(1914, LogLevel.Warning, "The host that {Silo} has given up did not close in good order; it has no registers any more", EventName = "HostNotClosed")]
    private partial void LogNotClosed(string silo, Exception fault);

    [LoggerMessage(1913, LogLevel.Error, "{Silo} could not be started anew, and tries again", EventName = "NotRestarted")]
    private partial void LogNotRestarted(string silo, Exception fault);
}
