using System.Globalization;
using System.IO.Pipes;
using System.Security.Cryptography;
using System.Text;

namespace Orleans.Kv.Cli.Local;

/// <summary>
/// How other commands reach the <c>up</c> of a directory: silos must be its children, whoever asks for them, so that none is left behind
/// when it ends. One line to it (<c>start silo-1</c>, <c>stop silo-1</c>), one line back (<c>ok</c>, or an exit code and a sentence).
/// </summary>
internal static class ControlPipe
{
    private const string Ok = "ok";
    private const int ConnectMilliseconds = 2_000;

    /// <summary>Serves until cancelled. Only this user may connect.</summary>
    public static async Task ServeAsync(ClusterDirectory directory, Func<string, string, Task> command, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await using var server = new NamedPipeServerStream(
                Name(directory), PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
            try
            {
                await server.WaitForConnectionAsync(cancellation);
                await AnswerAsync(server, command, cancellation);
            }
            catch (IOException)
            {
                // The other side went away before its answer; what it asked for is done or refused all the same.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <exception cref="CliException">There is no <c>up</c>, or it refused.</exception>
    public static async Task AskAsync(ClusterDirectory directory, string verb, string silo, CancellationToken cancellation)
    {
        await using var client = new NamedPipeClientStream(".", Name(directory), PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        try
        {
            await client.ConnectAsync(ConnectMilliseconds, cancellation);
            await client.WriteAsync(Encoding.UTF8.GetBytes($"{verb} {silo}\n"), cancellation);
            using var reader = new StreamReader(client, leaveOpen: true);
            var answer = await reader.ReadLineAsync(cancellation);
            if (answer == Ok) return;
            throw answer?.Split(' ', 2) is [var code, var sentence] && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var exitCode)
                ? new CliException(exitCode, sentence)
                : new CliException(ExitCodes.Unavailable, "the cluster stopped before it could answer.");
        }
        catch (Exception exception) when (exception is TimeoutException or IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Unavailable, $"no `kv up` runs in {directory.FullPath}.");
        }
    }

    private static async Task AnswerAsync(NamedPipeServerStream server, Func<string, string, Task> command, CancellationToken cancellation)
    {
        using var reader = new StreamReader(server, leaveOpen: true);
        var words = (await reader.ReadLineAsync(cancellation) ?? "").Split(' ');
        string answer;
        try
        {
            if (words.Length != 2) throw new CliException(ExitCodes.Usage, "the request is not understood.");
            await command(words[0], words[1]);
            answer = Ok;
        }
        catch (CliException exception)
        {
            answer = string.Create(CultureInfo.InvariantCulture, $"{exception.ExitCode} {exception.Message}");
        }

        await server.WriteAsync(Encoding.UTF8.GetBytes(answer + "\n"), cancellation);
    }

    // Pipe names are short and global to the machine: the directory's own name would be neither.
    private static string Name(ClusterDirectory directory) =>
        "kv-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory.FullPath)).AsSpan(0, 12));
}
