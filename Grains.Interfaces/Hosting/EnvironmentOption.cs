namespace Orleans.Kv.Interfaces.Hosting;

/// <summary>An option of a host that its environment gives.</summary>
/// <param name="Variable">The variable as it is spelled there.</param>
/// <param name="Name">The option that it stands for, as on the command line.</param>
/// <param name="Value">What it is set to; never empty.</param>
public readonly record struct EnvironmentOption(string Variable, string Name, string Value)
{
    /// <summary>The value of an option that has none on the command line, where it is named or not; null when it is neither of the two words for that.</summary>
    public bool? Switch => bool.TryParse(Value, out var on) ? on : null;
}
