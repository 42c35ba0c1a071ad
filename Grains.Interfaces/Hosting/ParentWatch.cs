namespace Orleans.Kv.Interfaces.Hosting;

/// <summary>
/// Tells a process that whoever launched it is gone. The launcher holds the other end of its standard input and never writes: the system closes the pipe when the launcher dies, however it dies.
/// </summary>
public static class ParentWatch
{
    /// <summary>Calls <paramref name="orphaned"/> when standard input has ended; ends without it when the process stops before.</summary>
    public static async Task Run(Action orphaned, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(orphaned);
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[64];
        try
        {
            while (await input.ReadAsync(buffer, stopping) > 0)
            {
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (IOException)
        {
            // The pipe broke instead of ending, which says the same.
        }

        orphaned();
    }
}
