using Microsoft.Extensions.Logging;
using Orleans.Kv.Interfaces.Clustering;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>
/// Before the first host of a process: waits for the cluster's database as long as it is only down, so that silos and database may be started in any order. What does not pass by waiting (a
/// wrong password, missing tables) is thrown, for the sentence that ends the process. Nothing listens meanwhile.
/// </summary>
internal sealed partial class DatabaseWait(SiloHostOptions options, TimeProvider time, ILogger<DatabaseWait> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ILogger<DatabaseWait> _logger = logger;

    public async Task Run(CancellationToken stop)
    {
        if (!options.Cluster.IsDatabase) return;
        var (authority, membership) = options.Cluster.Open(options.ClusterFile, time);
        string? told = null;
        while (true)
        {
            try
            {
                await membership.InitializeMembershipTable(tryInitTableVersion: true).WaitAsync(stop);
                await authority.Read(stop);
                LogFound(options.Name, options.Cluster.Describe(options.ClusterFile));
                return;
            }
            catch (ClusterDatabaseException fault) when (fault.MayPass)
            {
                // The same words once, and not with every try.
                if (told != fault.Message) LogWaiting(options.Name, fault.Message);
                told = fault.Message;
            }

            await Task.Delay(Pause, time, stop);
        }
    }

    [LoggerMessage(1931, LogLevel.Warning, "{Silo} waits: {Fault}", EventName = "WaitingForDatabase")]
    private partial void LogWaiting(string silo, string fault);

    [LoggerMessage(1932, LogLevel.Information, "{Silo} finds its cluster in {Location}", EventName = "DatabaseFound")]
    private partial void LogFound(string silo, string location);
}
