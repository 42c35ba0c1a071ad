using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Silo.Isolation;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>
/// What becomes of a silo that cannot go on. Being declared dead by the others is no fault of the program: the word is passed on, and <see cref="SiloProcess"/> starts another host.
/// Everything else, a broken invariant above all, ends the process at once as a crash does, with its stack and for a debugger to look at.
/// </summary>
/// <remarks>Whoever calls may hold the locks of the host that is to be thrown away, so nothing is done here but the signal.</remarks>
internal sealed partial class FatalErrors(IServiceProvider services, HostFence fence, Action declaredDead, ILogger<FatalErrors> logger) : IFatalErrorHandler
{
    private readonly ILogger<FatalErrors> _logger = logger;

    public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        // The status is asked for as late as this: who reports the fault may be what the oracle is made of. A broken store is never excused by the silo's being dead
        // as well: its registers would live on. A host that has been thrown away finds itself dead, too.
        if (exception is not (InvariantViolationException or IOException) && (fence.IsUp || services.GetRequiredService<ISiloStatusOracle>().CurrentStatus == SiloStatus.Dead))
        {
            declaredDead();
            return;
        }

        LogFatal(sender, context, exception);
        Environment.FailFast($"Fatal error of {sender}: {context}", exception);
    }

    [LoggerMessage(1901, LogLevel.Critical, "Fatal error of {Sender}: {Context}", EventName = "Fatal")]
    private partial void LogFatal(object? sender, string? context, Exception? exception);
}
