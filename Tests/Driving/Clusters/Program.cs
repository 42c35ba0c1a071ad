using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace Orleans.Kv.Tests.Driving.Clusters;

/// <summary>A process of the product that a test started. It does not outlive the test: disposal asks it to end, then kills its whole tree.</summary>
public sealed class Program : IAsyncDisposable
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly Task _output;
    private readonly Task _errors;
    private readonly StringBuilder _printed = new();
    private readonly StringBuilder _complained = new();
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    private Program(Process process)
    {
        _process = process;
        _output = Read(process.StandardOutput, _printed, _lines.Writer);
        _errors = Read(process.StandardError, _complained, null);
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>What it has printed to standard output and standard error so far.</summary>
    public string Output => Copy(_printed);

    public string Errors => Copy(_complained);

    public static Program Start(string program, params IEnumerable<string> arguments) =>
        Start(Programs.Start(program, arguments));

    public static Program Start(ProcessStartInfo start) =>
        new(Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} does not start."));

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> Run(string program, params IEnumerable<string> arguments)
    {
        await using var command = Start(program, arguments);
        // An import of a hundred thousand keys takes a minute where the machine has much else to do.
        await command.Exited(TimeSpan.FromMinutes(3));
        return (command.ExitCode, command.Output, command.Errors);
    }

    /// <summary>The rest of the first line of output that begins with <paramref name="prefix"/>.</summary>
    public async Task<string> Line(string prefix, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync(deadline.Token))
            {
                if (line.StartsWith(prefix, StringComparison.Ordinal))
                    return line[prefix.Length..].Trim();
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Expected a line '{prefix}' within {patience.TotalSeconds:F0} s. Printed: {Output}\n{Errors}");
        }

        await Exited(EndPatience);
        throw new InvalidOperationException($"Expected a line '{prefix}', but the process ended with {ExitCode}. Printed: {Output}\n{Errors}");
    }

    /// <summary>Gives it this on standard input, and nothing after it.</summary>
    public async Task Write(string input)
    {
        await _process.StandardInput.WriteAsync(input);
        _process.StandardInput.Close();
    }

    public async Task Exited(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            await Task.WhenAll(_output, _errors);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Expected the process to end within {patience.TotalSeconds:F0} s. Printed: {Output}\n{Errors}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signals.Terminate(_process.Id);
            try
            {
                await Exited(EndPatience);
            }
            catch (TimeoutException)
            {
                // That it should have ended is for the test to say that is about this; here nothing may stay behind.
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }

        _process.Dispose();
    }

    private static async Task Read(StreamReader from, StringBuilder into, ChannelWriter<string>? lines)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (into)
                into.AppendLine(line);
            lines?.TryWrite(line);
        }

        lines?.Complete();
    }

    private static string Copy(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}
