namespace Orleans.Kv.Cli.Transfer;

/// <summary>A file that appears under its name whole or not at all: it is written beside it, flushed to the disk, and renamed.</summary>
internal static class AtomicFile
{
    /// <exception cref="CliException">It cannot be written.</exception>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes what it holds.</param>
    /// <param name="mode">Who may read it, where the system knows of that; null for what the process makes of any file.</param>
    public static async Task WriteAsync(string path, Func<Stream, Task> write, UnixFileMode? mode = null)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 256 * 1024, Options = FileOptions.Asynchronous };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
            await using (var stream = new FileStream(temporary, options))
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
