using System.CommandLine;
using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Prompt;

/// <summary>
/// <c>kv</c> without a command: takes commands from a terminal, or from a pipe, one a line, until <c>exit</c> or the end of input. Every command of <c>kv</c> is one of the prompt.
/// </summary>
/// <remarks>
/// A command that fails does not end the session. The exit code is 0 where each command's was, else that of the last one that failed, so that a script in a pipe learns that something went wrong.
/// </remarks>
internal sealed class PromptSession(Command root, Func<IReadOnlyList<string>, Task<int>> run, string[] connection)
{
    private const string Text = "kv> ";

    public async Task<int> RunAsync(Func<KvClientOptions?> options)
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected) return await RunAsync(() => Console.In.ReadLineAsync());
        KvClient? client = null;
        try
        {
            var history = History.OfUser();
            var names = root.Subcommands.Select(static command => command.Name).Where(static name => name != "up").Concat(["help", "exit"]).ToList();
            var completion = new Completion(names, () => client ??= options() is { } known ? new KvClient(known) : null);
            var editor = new LineEditor(Text, history, completion);
            Console.WriteLine("help shows the commands, Tab completes, exit or Ctrl-D leaves.");
            var code = await RunAsync(async () =>
            {
                var line = await editor.ReadAsync();
                if (line is not null) history.Add(line);
                return line;
            });
            if (!history.TrySave()) await Console.Error.WriteLineAsync("kv: the history cannot be written to your home, and is forgotten");
            return code;
        }
        finally
        {
            client?.Dispose();
        }
    }

    internal async Task<int> RunAsync(Func<Task<string?>> read)
    {
        var code = ExitCodes.Ok;
        while (await read() is { } line)
        {
            string[] words;
            try
            {
                words = CommandLineText.Words(line);
            }
            catch (FormatException exception)
            {
                await Console.Error.WriteLineAsync($"kv: {exception.Message}");
                code = ExitCodes.Usage;
                continue;
            }

            if (words is []) continue;
            if (words[0] is "exit" or "quit") break;
            var result = await run(Arguments(words));
            if (result != ExitCodes.Ok) code = result;
        }

        return code;
    }

    private string[] Arguments(string[] words)
    {
        if (words[0] is "help") return words.Length > 1 ? [.. words[1..], "--help"] : ["--help"];
        // Before what may be closed by --. Commands of commands (silo kill) take the options of the inner one.
        var command = root;
        var depth = 0;
        while (depth < words.Length && command.Subcommands.FirstOrDefault(one => one.Name == words[depth]) is { } inner)
        {
            command = inner;
            depth++;
        }

        var known = command.Options.Concat(root.Options.Where(static option => option.Recursive)).Select(static option => option.Name).ToHashSet();
        var own = new List<string>();
        for (var i = 0; i + 1 < connection.Length; i += 2)
        {
            // What the line says itself counts.
            if (known.Contains(connection[i]) && !words.Contains(connection[i])) own.AddRange([connection[i], connection[i + 1]]);
        }

        return [.. words[..depth], .. own, .. words[depth..]];
    }
}
