using Microsoft.Extensions.Hosting;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>
/// Stops the process when its standard input ends. A launcher holds the other end of the pipe and never writes: the system closes it
/// when the launcher dies, however it dies.
/// </summary>
internal sealed class ParentWatch(IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[64];
        try
        {
            while (await input.ReadAsync(buffer, stoppingToken) > 0)
            {
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }

        lifetime.StopApplication();
    }
}
