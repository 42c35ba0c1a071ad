using System.Diagnostics;

namespace Orleans.Kv.Tests.Api;

/// <summary>This test assembly started again as a process of its own, whose lines are counted and which can be killed like any other.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private string _errors = "";
    private int _lines;

    public ChildProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Count(e.Data);
        _process.ErrorDataReceived += (_, e) => _errors += e.Data + "\n";
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>How many lines it has printed. After <see cref="Kill"/>: all that it ever printed.</summary>
    public int Lines
    {
        get
        {
            lock (_lock) return _lines;
        }
    }

    public async Task WaitForLinesAsync(int count, TimeSpan deadline)
    {
        Task reached;
        lock (_lock)
        {
            if (_lines >= count) return;
            var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((count, source));
            reached = source.Task;
        }

        if (await Task.WhenAny(reached, _ended.Task, Task.Delay(deadline)) != reached)
            Assert.Fail($"expected {count} lines from process {_process.Id} within {deadline}, saw {Lines}; its errors: {_errors}");
    }

    /// <summary>SIGKILL: no handler, no flush, no farewell.</summary>
    public void Kill()
    {
        _process.Kill();
        // Waits for the end of the redirected output too.
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    private void Count(string? line)
    {
        if (line is null)
        {
            _ended.TrySetResult();
            return;
        }

        lock (_lock)
        {
            _lines++;
            foreach (var (count, reached) in _waiting)
            {
                if (_lines >= count) reached.TrySetResult();
            }
        }
    }
}
