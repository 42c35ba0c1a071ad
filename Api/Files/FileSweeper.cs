namespace Orleans.Kv.Api.Files;

/// <summary>Looks through the notes of all API hosts now and then, and finishes or undoes those whose owner is gone. Any number of hosts may do so at once.</summary>
internal sealed partial class FileSweeper(FileStore store, IFileKeys keys, TimeProvider time, ILogger<FileSweeper> logger) : BackgroundService
{
    /// <summary>One look at all notes.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            var page = await keys.ListAsync(Intent.KeyPrefix, after, store.Options.PageKeys, cancellation);
            foreach (var key in page.Keys) await store.Intents.TryResolveAbandonedAsync(key[Intent.KeyPrefix.Length..], cancellation);
            after = page.Next;
        }
        while (after is not null);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(store.Options.SweepPeriod, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (FileException fault)
            {
                LogLater(fault.Message);
            }
        }
    }

    [LoggerMessage(610, LogLevel.Warning, "What uploads have left behind could not be looked through; the next sweep will try again: {Reason}")]
    private partial void LogLater(string reason);
}
