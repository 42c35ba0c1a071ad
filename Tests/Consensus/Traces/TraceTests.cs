using System.Runtime.CompilerServices;
using System.Text;

namespace Orleans.Kv.Tests.Consensus.Traces;

/// <summary>
/// Replays the scripted traces next to this file. A trace is text: a line that starts with ">" is a command (see <see cref="TraceDriver"/>), the lines
/// below it are what must come of it, "#" comments. <c>KV_REWRITE_TRACES=1</c> writes down what does come of it: read the difference before you commit it.
/// </summary>
public sealed class TraceTests
{
    public static TheoryData<string> Traces => [.. Directory.GetFiles(Folder(), "*.txt").Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Traces))]
    public void Trace_RunsAsWritten(string name)
    {
        var path = Path.Combine(Folder(), name);
        var written = File.ReadAllText(path);
        var actual = Replay(written);
        if (Environment.GetEnvironmentVariable("KV_REWRITE_TRACES") == "1")
            File.WriteAllText(path, actual);
        else
            Assert.Equal(written, actual);
    }

    [Fact]
    public void ThereAreTraces() => Assert.NotEmpty(Traces);

    private static string Replay(string written)
    {
        var driver = new TraceDriver();
        var actual = new StringBuilder();
        var skipping = false;
        foreach (var line in written.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("> ", StringComparison.Ordinal))
            {
                actual.Append(line).Append('\n').Append(driver.Run(line[2..]));
                skipping = true;
            }
            else if (line.Length == 0 || line[0] == '#')
            {
                actual.Append(line).Append('\n');
                skipping = false;
            }
            else if (!skipping)
            {
                actual.Append(line).Append('\n');
            }
        }

        return actual.ToString();
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
