using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Orleans.Kv.Tests.Runtime.Host;

namespace Orleans.Kv.Tests.Runtime.Processes;

/// <summary>A silo in a process of its own, which can be killed and paused like a machine that fails.</summary>
public sealed partial class SiloProcess : IAsyncDisposable
{
    private const int SignalContinue = 18;
    private const int SignalStop = 19;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _paused;

    private SiloProcess(HostArguments arguments)
    {
        Arguments = arguments;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(TestSilo).Assembly.Location);
        foreach (var argument in arguments.ToArguments())
            start.ArgumentList.Add(argument);

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => OnLine(line.Data);
        _process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"{arguments.Name} exited while starting"));
    }

    public HostArguments Arguments { get; }

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public static async Task<SiloProcess> Start(HostArguments arguments)
    {
        var silo = new SiloProcess(arguments);
        silo._process.Start();
        silo._process.BeginOutputReadLine();
        silo._process.BeginErrorReadLine();
        try
        {
            await silo._ready.Task.WaitAsync(StartPatience);
        }
        catch (Exception exception)
        {
            var output = silo.Output;
            await silo.DisposeAsync();
            throw new InvalidOperationException($"{arguments.Name} did not become ready. It said:\n{output}", exception);
        }

        return silo;
    }

    /// <summary>As if the power were cut: no good-bye, no flush.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>The process stands still; its kernel still accepts connections and data for it.</summary>
    public void Pause()
    {
        Assert.Equal(0, SendSignal(_process.Id, SignalStop));
        _paused = true;
    }

    public void Resume()
    {
        Assert.Equal(0, SendSignal(_process.Id, SignalContinue));
        _paused = false;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            if (_paused)
                Resume();
            await Kill();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    private void OnLine(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
        if (line == "ready")
            _ready.TrySetResult();
    }
}
