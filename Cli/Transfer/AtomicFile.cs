namespace Orleans.Kv.Cli.Transfer;

/// <summary>A file that appears under its name whole or not at all: it is written beside it, flushed to the disk, and renamed.</summary>
internal static class AtomicFile
{
    /// <exception cref="CliException">It cannot be written.</exception>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            await using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 256 * 1024, useAsync: true))
            {
                await write(stream);
                await stream.FlushAsync();
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Unavailable, $"{path} cannot be written: {exception.Message}");
        }
        finally
        {
            // Gone where it was renamed.
            File.Delete(temporary);
        }
    }
}
