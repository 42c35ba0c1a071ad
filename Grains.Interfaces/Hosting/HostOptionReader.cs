using System.Collections;

namespace Orleans.Kv.Interfaces.Hosting;

/// <summary>
/// Reads the options of a host: <c>--option value</c> and <c>--option=value</c>, and from the environment what the command line leaves open (<see cref="EnvironmentOptions"/>). An option on the command line that
/// the host does not know is an error and not ignored: one that runs with other settings than its operator believes is worse than one that does not run.
/// </summary>
/// <param name="switchOf">What sets an option without a value (named or not on the command line, true or false in the environment); null for a name that is none.</param>
/// <param name="apply">Sets an option with a value; the answer is what is wrong, <see cref="Unknown"/> for a name that is none.</param>
public sealed class HostOptionReader(Func<string, Action<bool>?> switchOf, Func<string, string, string?> apply)
{
    /// <summary>Everything that is wrong, each in a sentence.</summary>
    public List<string> Read(IReadOnlyList<string> arguments, IDictionary environment)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var faults = new List<string>();
        foreach (var option in EnvironmentOptions.Read(environment, arguments))
        {
            if (ApplyVariable(option) is { } fault) faults.Add(fault);
        }

        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = Split(arguments[i]);
            if (value is null && switchOf(name) is { } set)
            {
                set(true);
                continue;
            }

            if (value is null && i + 1 < arguments.Count) value = arguments[++i];
            if (value is null) faults.Add($"{name} needs a value.");
            else if (apply(name, value) is { } fault) faults.Add(fault);
        }

        return faults;
    }

    public static string Unknown(string name) => $"{name} is not an option.";

    private string? ApplyVariable(EnvironmentOption option)
    {
        if (switchOf(option.Name) is { } set)
        {
            if (option.Switch is not { } on) return $"{option.Variable} must be true or false.";
            set(on);
            return null;
        }

        return apply(option.Name, option.Value) is { } fault && fault != Unknown(option.Name) ? $"{option.Variable}: {fault}" : null;
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }
}
