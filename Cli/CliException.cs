namespace Orleans.Kv.Cli;

/// <summary>Ends a command with one sentence for its user and an exit code.</summary>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
