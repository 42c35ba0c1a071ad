using System.CommandLine;
using Orleans.Kv.Cli.Access;
using Orleans.Kv.Cli.Http;

namespace Orleans.Kv.Cli.Commands;

/// <summary><c>kv token create|list|revoke</c>: the file that an API host is given with <c>--tokens</c>. It holds hashes; a token itself is printed once, when it is made.</summary>
internal static class TokenCommands
{
    private static readonly string[] Roles = ["read", "write", "admin"];

    public static Command Create()
    {
        var command = new Command("token", "Makes, lists and revokes the tokens in a file for API hosts.") { Make(), List(), Revoke() };
        return command;
    }

    private static Command Make()
    {
        var name = Name();
        var file = FileOption();
        var role = new Option<string>("--role") { Description = "read, write or admin.", Required = true };
        var json = CommonOptions.Json();
        var command = new Command("create", "Adds a token to the file and prints it. It is shown this once.") { name, role, file, json };
        command.SetAction(async (parsed, _) =>
        {
            var (who, what) = (parsed.GetValue(name)!, parsed.GetValue(role)!);
            if (!TokenFile.IsName(who)) throw new CliException(ExitCodes.Usage, $"{who}: a name is 1 to {TokenFile.MaxNameLength} letters, digits, '-' or '_'.");
            if (!Roles.Contains(what)) throw new CliException(ExitCodes.Usage, $"--role {what}: there are read, write and admin.");
            var tokens = await TokenFile.ReadAsync(parsed.GetValue(file)!, mayBeAbsent: true);
            if (tokens.Find(who) is not null) throw new CliException(ExitCodes.NotFound, $"{who} is in {tokens.Path} already; revoke it first, or take another name.");
            var secret = tokens.Add(who, what);
            await tokens.WriteAsync();
            Console.WriteLine(parsed.GetValue(json) ? Text(("name", who), ("role", what), ("token", secret)) : secret);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command List()
    {
        var file = FileOption();
        var json = CommonOptions.Json();
        var command = new Command("list", "Lists names and roles, a line each.") { file, json };
        command.SetAction(async (parsed, _) =>
        {
            foreach (var (name, role) in (await TokenFile.ReadAsync(parsed.GetValue(file)!, mayBeAbsent: false)).Tokens)
                Console.WriteLine(parsed.GetValue(json) ? Text(("name", name), ("role", role)) : $"{name} {role}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Revoke()
    {
        var name = Name();
        var file = FileOption();
        var command = new Command("revoke", "Takes a token out of the file. API hosts refuse it from the next second on.") { name, file };
        command.SetAction(async (parsed, _) =>
        {
            var tokens = await TokenFile.ReadAsync(parsed.GetValue(file)!, mayBeAbsent: false);
            var who = parsed.GetValue(name)!;
            if (!tokens.Remove(who)) throw new CliException(ExitCodes.NotFound, $"{who} is not in {tokens.Path}.");
            await tokens.WriteAsync();
            // A file without a token is taken for a mistake, and what held before goes on to hold.
            if (!tokens.Tokens.Any()) await Console.Error.WriteLineAsync($"kv: {tokens.Path} has no token any more, which API hosts do not take: until it has one again they go on with those they know.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Argument<string> Name() => new("name") { Description = "Whose it is: letters, digits, '-' and '_'." };

    private static Option<string> FileOption() => new("--file") { Description = "The file.", Required = true };

    private static string Text(params (string Name, string Value)[] members) => System.Text.Encoding.UTF8.GetString(Bodies.Write(writer =>
    {
        foreach (var (name, value) in members) writer.WriteString(name, value);
    }).Span);
}
