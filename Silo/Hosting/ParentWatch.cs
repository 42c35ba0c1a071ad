namespace Orleans.Kv.Silo.Hosting;

/// <summary>
/// Stops the process when its standard input ends. A launcher holds the other end of the pipe and never writes: the system closes it
/// when the launcher dies, however it dies.
/// </summary>
internal static class ParentWatch
{
    public static async Task Run(StopSignals signals)
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[64];
        try
        {
            while (await input.ReadAsync(buffer, signals.Stopping) > 0)
            {
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            // The process stops, or the pipe broke instead of ending.
        }

        signals.Stop();
    }
}
