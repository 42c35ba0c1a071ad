using Orleans.Kv.Interfaces.Clustering;

namespace Orleans.Kv.Api.Hosting;

/// <summary>
/// Keeps the Orleans client trying until silos are there: an API host may be started before them, and says "not ready" meanwhile.
/// </summary>
internal sealed partial class ConnectionRetry(TimeProvider time, ILogger<ConnectionRetry> logger) : IClientConnectionRetryFilter
{
    // Short, since a local cluster is up within seconds; a try that finds no gateway in the cluster file costs one read of it.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // One line in the log for so many tries.
    private const int TriesPerLine = 100;

    private int _tries;

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (_tries++ % TriesPerLine == 0)
        {
            if (exception is ClusterFileException) LogFile(exception.Message);
            else if (exception is ClusterDatabaseException) LogDatabase(exception.Message);
            else LogWaiting(exception.Message);
        }

        await Task.Delay(Pause, time, cancellationToken);
        return true;
    }

    [LoggerMessage(10, LogLevel.Information, "Waiting for silos: {Reason}")]
    private partial void LogWaiting(string reason);

    [LoggerMessage(11, LogLevel.Error, "Waiting for a readable cluster file: {Reason}")]
    private partial void LogFile(string reason);

    [LoggerMessage(12, LogLevel.Error, "Waiting for the cluster's database: {Reason}")]
    private partial void LogDatabase(string reason);
}
