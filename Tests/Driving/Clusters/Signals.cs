using System.Globalization;
using System.Runtime.InteropServices;

namespace Orleans.Kv.Tests.Driving.Clusters;

/// <summary>What a test does to a process that it started.</summary>
public static partial class Signals
{
    private const int InterruptNumber = 2;
    private const int KillNumber = 9;
    private const int SecondUserNumber = 12;
    private const int TerminateNumber = 15;
    private const int ContinueNumber = 18;
    private const int StopNumber = 19;

    /// <summary>Ctrl-C.</summary>
    public static void Interrupt(int process) => Send(process, InterruptNumber);

    /// <summary>What some programs renew themselves at.</summary>
    public static void Renew(int process) => Send(process, SecondUserNumber);

    /// <summary>What asks a process to end whatever started it: a shell's background processes and their children are born with Ctrl-C's signal ignored.</summary>
    public static void Terminate(int process) => Send(process, TerminateNumber);

    public static void Kill(int process) => Send(process, KillNumber);

    public static void Pause(int process) => Send(process, StopNumber);

    public static void Resume(int process) => Send(process, ContinueNumber);

    /// <summary>Whether the process exists and is more than an entry that nobody has collected.</summary>
    public static bool IsAlive(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            // It ended between the opening and the reading.
            return false;
        }
    }

    /// <summary>The processes that this one has started itself and that have not ended.</summary>
    public static int[] Children(int process) =>
        [.. File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture)).Where(IsAlive)];

    private static void Send(int process, int signal)
    {
        if (SendSignal(process, signal) != 0)
            throw new InvalidOperationException($"Signal {signal} does not reach process {process}: it is gone.");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
