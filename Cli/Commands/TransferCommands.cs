using System.CommandLine;
using System.Globalization;
using System.Text;
using Orleans.Kv.Cli.Http;
using Orleans.Kv.Cli.Transfer;
using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Commands;

/// <summary><c>kv import FILE|-</c> and <c>kv export [--prefix P] FILE|-</c>: keys as JSON lines, see <see cref="Record"/>.</summary>
internal static class TransferCommands
{
    private const string Standard = "-";

    public static Command Import()
    {
        var file = new Argument<string>("file") { Description = "JSON lines {\"key\", \"value\", \"contentType\"?, \"encoding\"?, \"ttlSeconds\"?}; - for standard input." };
        var command = new Command("import", "Stores the keys of a file.") { file };
        var connection = Connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (name, isJson) = (parsed.GetValue(file)!, connection.IsJson(parsed));
            using var client = connection.Client(parsed);
            using var end = new Interruption(cancellation);
            await using var input = Open(name);
            var started = TimeProvider.System.GetTimestamp();
            var stored = await ProgressLine.ShowAsync("import", !isJson, async report =>
            {
                var importer = new Importer(client, count => report(input.CanSeek ? input.Position : 0, input.CanSeek ? input.Length : 0, Count(count)));
                await Translated(() => importer.RunAsync(input, end.Token), end.Token);
                return importer.Stored;
            });
            Summary(Console.Out, "imported", stored, TimeProvider.System.GetElapsedTime(started), isJson);
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command Export()
    {
        var file = new Argument<string>("file") { Description = "The file to write, whole or not at all; - for standard output." };
        var prefix = new Option<string>("--prefix") { Description = "Only keys that begin with this.", DefaultValueFactory = _ => "" };
        var command = new Command("export", "Writes keys to a file, in order.") { file, prefix };
        var connection = Connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (name, isJson) = (parsed.GetValue(file)!, connection.IsJson(parsed));
            using var client = connection.Client(parsed);
            using var end = new Interruption(cancellation);
            var started = TimeProvider.System.GetTimestamp();
            var written = await ProgressLine.ShowAsync("export", !isJson, async report =>
            {
                var exporter = new Exporter(client, TimeProvider.System, count => report(0, 0, Count(count)));
                await Translated(() => WriteAsync(name, output => exporter.RunAsync(parsed.GetValue(prefix)!, output, end.Token)), end.Token);
                return exporter.Written;
            });
            // Standard output has the records.
            Summary(name == Standard ? Console.Error : Console.Out, "exported", written, TimeProvider.System.GetElapsedTime(started), isJson);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Stream Open(string name)
    {
        if (name == Standard) return Console.OpenStandardInput();
        try
        {
            return File.OpenRead(name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"{name} cannot be read: {exception.Message}");
        }
    }

    private static async Task WriteAsync(string name, Func<Stream, Task> write)
    {
        if (name != Standard)
        {
            await AtomicFile.WriteAsync(name, write);
            return;
        }

        await using var output = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024);
        await write(output);
    }

    private static async Task Translated(Func<Task> work, CancellationToken interrupted)
    {
        try
        {
            await work();
        }
        catch (KvException exception)
        {
            throw Failures.Of(exception);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.Interrupted, "interrupted");
        }
    }

    private static void Summary(TextWriter output, string what, long keys, TimeSpan elapsed, bool isJson)
    {
        var perSecond = keys / Math.Max(elapsed.TotalSeconds, 0.001);
        if (!isJson)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Count(keys)} {what} in {elapsed.TotalSeconds:0.0} s ({perSecond:N0}/s)"));
            return;
        }

        output.WriteLine(Encoding.UTF8.GetString(Bodies.Write(writer =>
        {
            writer.WriteNumber(what, keys);
            writer.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 3));
        }).Span));
    }

    private static string Count(long keys) => keys == 1 ? "1 key" : string.Create(CultureInfo.InvariantCulture, $"{keys:N0} keys");
}
