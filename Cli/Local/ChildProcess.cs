using System.Diagnostics;

namespace Orleans.Kv.Cli.Local;

/// <summary>
/// One process of a local cluster. It holds the reading end of a pipe whose writing end only this process has, and stops when that
/// closes: closing it is how it is asked to stop, and the system closes it should this process die in whatever way.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task _output;
    private readonly Task _errors;
    private string _lastError = "";

    private ChildProcess(string name, Process process, string logFile)
    {
        Name = name;
        Pid = process.Id;
        _process = process;
        var log = new StreamWriter(new FileStream(logFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        _output = CopyAsync(process.StandardOutput, log, keep: false);
        _errors = CopyAsync(process.StandardError, log, keep: true);
        Ended = EndAsync(log);
    }

    public string Name { get; }

    public int Pid { get; }

    /// <summary>Ends with the process, whose exit code it has.</summary>
    public Task<int> Ended { get; }

    public bool HasEnded => Ended.IsCompleted;

    /// <summary>The last line of its error output: the sentence with which a program of this cluster says why it cannot start.</summary>
    public string LastError => Volatile.Read(ref _lastError);

    public static ChildProcess Start(string name, ProcessStartInfo start, string logFile)
    {
        var process = Process.Start(start) ?? throw new CliException(ExitCodes.Unavailable, $"{name} cannot be started.");
        return new ChildProcess(name, process, logFile);
    }

    /// <summary>Asks the process to stop, and ends it when it has not after <paramref name="patience"/>.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }

        if (await Task.WhenAny(Ended, Task.Delay(patience)) != Ended) Kill();
        await Ended;
    }

    /// <summary>SIGKILL: nothing is flushed, nobody is told.</summary>
    public void Kill()
    {
        if (!_process.HasExited) _process.Kill();
    }

    public void Dispose() => _process.Dispose();

    private async Task<int> EndAsync(StreamWriter log)
    {
        await _process.WaitForExitAsync();
        await Task.WhenAll(_output, _errors);
        await log.DisposeAsync();
        return _process.ExitCode;
    }

    private async Task CopyAsync(StreamReader reader, StreamWriter log, bool keep)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (keep && line.Length > 0) Volatile.Write(ref _lastError, line);
            lock (log) log.WriteLine(line);
        }
    }
}
