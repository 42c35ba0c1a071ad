using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>
/// Ends the process at once when the silo cannot go on. Being declared dead by the others is no fault of the program: it ends with one sentence and an exit code of its own,
/// and starting it again is right. Everything else, a broken invariant above all, ends as a crash does, with its stack and for a debugger to look at.
/// </summary>
internal sealed partial class DeclaredDead(IServiceProvider services, SiloHostOptions options, ILogger<DeclaredDead> logger) : IFatalErrorHandler
{
    private readonly ILogger<DeclaredDead> _logger = logger;

    public static string Sentence(string silo) =>
        $"{silo} ends: while it did not answer (paused, cut off or overloaded) the other silos declared it dead and went on without it. "
        + "What it held in memory they have on their own copies; start it again, and it joins as an empty node.";

    public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        // Asked for as late as this: who reports the fault may be what the oracle is made of.
        if (services.GetRequiredService<ISiloStatusOracle>().CurrentStatus == SiloStatus.Dead)
        {
            Console.Error.WriteLine(Sentence(options.Name));
            Environment.Exit(ExitCodes.DeclaredDead);
        }

        LogFatal(sender, context, exception);
        Environment.FailFast($"Fatal error of {sender}: {context}", exception);
    }

    [LoggerMessage(1901, LogLevel.Critical, "Fatal error of {Sender}: {Context}", EventName = "Fatal")]
    private partial void LogFatal(object? sender, string? context, Exception? exception);
}
