using System.Collections;

namespace Orleans.Kv.Interfaces.Hosting;

/// <summary>
/// Options of the hosts from the environment, which is how containers are told them: <c>KV_SILO_PORT</c> is <c>--silo-port</c>. The command line wins: an option that it names is not read
/// from here at all.
/// </summary>
/// <remarks>
/// A variable that no option answers to is left alone, other than on the command line: an environment is shared. The hosts have one for several programs, and Kubernetes adds to it
/// as it likes (a service called "kv" becomes <c>KV_PORT=tcp://…</c>, which is then refused as no port, and not ignored). An empty variable is one that is not set, since that is what templates
/// write for a value that nobody gave.
/// </remarks>
public static class EnvironmentOptions
{
    public const string Prefix = "KV_";

    /// <summary>Everything in the environment that may be an option and is not on the command line, in the order of its names.</summary>
    public static IReadOnlyList<EnvironmentOption> Read(IDictionary environment, IEnumerable<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var named = arguments.Select(argument => argument.Split('=', 2)[0]).ToHashSet(StringComparer.Ordinal);
        var options = new List<EnvironmentOption>();
        foreach (DictionaryEntry entry in environment)
        {
            if (entry is not { Key: string variable, Value: string { Length: > 0 } value } || !variable.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            var name = NameOf(variable);
            if (!named.Contains(name)) options.Add(new EnvironmentOption(variable, name, value));
        }

        options.Sort(static (one, other) => string.CompareOrdinal(one.Variable, other.Variable));
        return options;
    }

    private static string NameOf(string variable) => "--" + variable[Prefix.Length..].ToLowerInvariant().Replace('_', '-');
}
