using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Orleans.Kv.Bench.Measuring;

/// <summary>A process this one started and ends. What it prints is read line by line.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    // Not SIGINT: a shell starts what it runs in the background with that ignored, the program's children inherit it, and none of them would hear it.
    private const int Terminate = 15;
    private static readonly TimeSpan PatienceAtTheEnd = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly string _name;

    private ChildProcess(string name, Process process)
    {
        _name = name;
        _process = process;
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>What it has complained about so far.</summary>
    public string Errors => Printed();

    /// <summary>Starts this program again in another mode.</summary>
    public static ChildProcess Self(string name, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        Start(name, Environment.ProcessPath!, arguments, environment);

    public static ChildProcess Start(
        string name, string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
            start.Environment[key] = value;
        return new ChildProcess(name, Process.Start(start) ?? throw new BenchException($"{file} does not start."));
    }

    /// <summary>The rest of the first line that begins with <paramref name="prefix"/>.</summary>
    public async Task<string> Line(string prefix, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
            {
                if (line.StartsWith(prefix, StringComparison.Ordinal))
                    return line[prefix.Length..].Trim();
                Keep(line);
            }
        }
        catch (OperationCanceledException)
        {
            throw new BenchException($"{_name} did not print '{prefix}' within {patience.TotalSeconds:F0} s. It printed:\n{Printed()}");
        }

        throw new BenchException($"{_name} ended before it printed '{prefix}'. It printed:\n{Printed()}");
    }

    /// <summary>Reads and drops what it prints from now on, so that a full pipe never stops it.</summary>
    public void Drain() => _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);

    /// <summary>Returns when it has ended with success.</summary>
    public async Task Succeeds(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new BenchException($"{_name} did not end within {patience.TotalSeconds:F0} s. It printed:\n{Printed()}");
        }

        if (_process.ExitCode != 0)
            throw new BenchException($"{_name} ended with {_process.ExitCode}. It printed:\n{Printed()}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            _ = SendSignal(_process.Id, Terminate);
            using var deadline = new CancellationTokenSource(PatienceAtTheEnd);
            try
            {
                await _process.WaitForExitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync($"{_name} does not end by itself and is killed.");
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_errors)
        {
            if (line is not null && _errors.Length < 20_000)
                _errors.AppendLine(line);
        }
    }

    private string Printed()
    {
        lock (_errors)
            return _errors.ToString();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    internal static partial int SendSignal(int process, int signal);
}
