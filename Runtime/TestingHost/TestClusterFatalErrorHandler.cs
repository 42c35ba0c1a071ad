using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>A silo that must not live on stops alone: the process is the test's and has other silos in it.</summary>
internal sealed partial class TestClusterFatalErrorHandler(IHostApplicationLifetime lifetime, ILogger<TestClusterFatalErrorHandler> log)
    : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        LogFatal(exception, sender, context);
        lifetime.StopApplication();
    }

    [LoggerMessage(2190, LogLevel.Critical, "Fatal error from {Sender}: {Context}. This silo stops.")]
    private partial void LogFatal(Exception? exception, object? sender, string? context);
}
