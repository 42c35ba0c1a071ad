using System.CommandLine;
using Orleans.Kv.Cli.Certificates;

namespace Orleans.Kv.Cli.Commands;

/// <summary><c>kv certs DIR NAME…</c>: an authority in a folder, and a certificate for each host.</summary>
internal static class CertsCommand
{
    // Ten years, as the authority itself.
    private const int MaxDays = 3650;

    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "Where the authority and the certificates are written. An authority that is there is used again." };
        var names = new Argument<string[]>("name") { Description = "The hosts, one certificate for each; one that is there is replaced.", Arity = ArgumentArity.OneOrMore };
        var others = new Option<string[]>("--also") { Description = "Further names and addresses that the hosts have, beside NAME, localhost, 127.0.0.1 and ::1.", AllowMultipleArgumentsPerToken = true };
        var days = new Option<int>("--days") { Description = "How long the hosts' certificates are valid.", DefaultValueFactory = _ => 365 };
        var command = new Command("certs", "Makes certificates by which the hosts of a cluster recognise each other, for development.") { folder, names, others, days };
        command.SetAction(async (parsed, _) =>
        {
            var (directory, hosts, further, lifetime) = (parsed.GetValue(folder)!, parsed.GetValue(names)!, parsed.GetValue(others) ?? [], parsed.GetValue(days));
            if (hosts.FirstOrDefault(static name => !DevelopmentAuthority.IsName(name)) is { } bad) throw new CliException(ExitCodes.Usage, $"{bad}: a host's name is 1 to 64 letters, digits, '-', '_' and '.', and not authority.");
            if (further.FirstOrDefault(static name => Uri.CheckHostName(name) == UriHostNameType.Unknown) is { } odd) throw new CliException(ExitCodes.Usage, $"--also {odd}: it is neither a name nor an address.");
            if (lifetime is < 1 or > MaxDays) throw new CliException(ExitCodes.Usage, $"--days {lifetime}: from 1 to {MaxDays}.");
            var authority = await DevelopmentAuthority.OpenAsync(directory, TimeProvider.System);
            if (authority.IsNew) Console.WriteLine($"{Path.Combine(directory, "authority.pem")} (new; keep authority.key to yourself)");
            foreach (var host in hosts)
            {
                await authority.IssueAsync(host, further, TimeSpan.FromDays(lifetime), TimeProvider.System);
                Console.WriteLine(Path.Combine(directory, host + ".pem"));
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
