using System.CommandLine;
using System.Text;
using System.Text.Json;
using Orleans.Kv.Cli.Http;
using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Commands;

/// <summary><c>kv watch KEY</c> or <c>kv watch --prefix P</c>: what is there, then every committed change, a line each, until Ctrl-C. Goes on over lost connections, and says so on standard error.</summary>
internal static class WatchCommand
{
    public static Command Create()
    {
        var key = new Argument<string?>("key") { Description = "The key.", Arity = ArgumentArity.ZeroOrOne };
        var prefix = new Option<string?>("--prefix") { Description = "All keys that begin with this, instead of one; \"\" for every key." };
        var from = new Option<long?>("--from") { Description = "The version of the key that is known already: only what came after it is told." };
        var count = new Option<int?>("--count") { Description = "End after so many events." };
        var command = new Command("watch", "Shows what is stored under a key or a prefix, then every change, until Ctrl-C.") { key, prefix, from, count };
        var connection = Connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (one, all) = (parsed.GetValue(key), parsed.GetValue(prefix));
            if (one is null == all is null) throw new CliException(ExitCodes.Usage, "watch needs a key, or --prefix, and not both.");
            if (all is not null && parsed.GetValue(from) is not null) throw new CliException(ExitCodes.Usage, "--from is a version of one key, and a prefix has many.");
            using var client = connection.Client(parsed);
            using var end = new Interruption(cancellation);
            var options = new KvWatchOptions { From = parsed.GetValue(from), Interrupted = static failure => Console.Error.WriteLine($"kv: {failure.Message}; connecting anew") };
            var events = one is not null ? client.WatchAsync(one, options, end.Token) : client.WatchPrefixAsync(all!, options, end.Token);
            return await PrintAsync(events, parsed.GetValue(count) ?? int.MaxValue, connection.IsJson(parsed), end.Token);
        });
        return command;
    }

    private static async Task<int> PrintAsync(IAsyncEnumerable<KvEvent> events, int count, bool isJson, CancellationToken cancellation)
    {
        try
        {
            if (count <= 0) return ExitCodes.Ok;
            await foreach (var one in events)
            {
                Console.WriteLine(isJson ? Encoding.UTF8.GetString(ToJson(one).Span) : ToText(one));
                if (--count == 0) break;
            }

            return ExitCodes.Ok;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCodes.Ok;
        }
        catch (KvException exception)
        {
            throw Failures.Of(exception);
        }
    }

    private static ReadOnlyMemory<byte> ToJson(KvEvent one) => Bodies.Write(writer =>
    {
        writer.WriteString("type", Name(one.Type));
        if (one.Key.Length > 0) writer.WriteString("key", one.Key);
        if (one.Value is { } value) Values.Write(writer, value);
        if (one.Version > 0) writer.WriteNumber("version", one.Version);
        if (one.Modified is { } modified) writer.WriteString("modified", modified);
        if (one.Expires is { } expires) writer.WriteString("expires", expires);
        if (one.Skipped > 0) writer.WriteNumber("skipped", one.Skipped);
    });

    private static string ToText(KvEvent one)
    {
        if (one.Type == KvEventType.Ready) return "ready";
        var version = one.Version > 0 ? $" {one.Version}" : "";
        var value = one.Value is { } found ? $" {found.ToString().ReplaceLineEndings(" ")}" : "";
        var skipped = one.Skipped > 0 ? $" ({one.Skipped} skipped)" : "";
        return $"{Name(one.Type)} {Values.Line(one.Key)}{version}{value}{skipped}";
    }

    // As the API host names them.
    private static string Name(KvEventType type) => JsonNamingPolicy.CamelCase.ConvertName(type.ToString());
}
