using System.Globalization;

namespace Orleans.Kv.Bench.Measuring;

/// <summary>What the kernel has charged a process with, user and system time together.</summary>
internal static class ProcessorTime
{
    /// <summary>The unit of /proc/PID/stat, which is the same on every Linux that .NET runs on (sysconf(_SC_CLK_TCK)).</summary>
    private const double TicksPerSecond = 100;

    private const int UserTimeField = 11;
    private const int SystemTimeField = 12;

    public static double Seconds(int process)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{process}/stat");
        }
        catch (IOException)
        {
            return double.NaN; // It has ended, or this is not Linux: printed as what it is.
        }

        // The name in parentheses may hold blanks; the fields are counted from behind it.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Field(UserTimeField) + Field(SystemTimeField)) / TicksPerSecond;

        double Field(int at) => double.Parse(fields[at], CultureInfo.InvariantCulture);
    }
}
