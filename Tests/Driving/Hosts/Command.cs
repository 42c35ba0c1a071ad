using Orleans.Kv.Tests.Driving.Clusters;

namespace Orleans.Kv.Tests.Driving.Hosts;

/// <summary>Short commands that must succeed: those that make and change networks (<c>ip</c> of iproute2 and <c>iptables-restore</c>), and the product's own where it is installed.</summary>
public static class Command
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Task<string> Run(string command, params IEnumerable<string> arguments) => RunWithInput("", command, arguments);

    /// <returns>What it printed.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message is what it complained of.</exception>
    public static async Task<string> RunWithInput(string input, string command, params IEnumerable<string> arguments)
    {
        string[] all = [.. arguments];
        await using var program = Program.Start(Programs.Command(command, all));
        await program.Write(input);
        await program.Exited(Patience);
        return program.ExitCode == 0
            ? program.Output
            : throw new InvalidOperationException($"{command} {string.Join(' ', all)} ended with {program.ExitCode}: {program.Errors.Trim()}");
    }

    /// <summary>Several commands of <c>ip</c> in one process, one a line.</summary>
    public static Task IpBatch(string? inNamespace, params IEnumerable<string> lines) =>
        RunWithInput(string.Join('\n', lines) + "\n", "ip", inNamespace is null ? ["-batch", "-"] : ["-n", inNamespace, "-batch", "-"]);
}
