using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>A silo that the cluster gave up must not answer calls any longer: the process ends at once.</summary>
internal sealed partial class FatalErrorHandler(ILogger<FatalErrorHandler> log) : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        LogFatal(log, sender, context, exception);
        Environment.FailFast($"Fatal error of {sender}: {context}", exception);
    }

    [LoggerMessage(EventId = 1010, Level = LogLevel.Critical, Message = "Fatal error of {Sender}: {Context}")]
    private static partial void LogFatal(ILogger logger, object? sender, string? context, Exception? exception);
}
