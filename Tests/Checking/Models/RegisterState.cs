using System.Globalization;

namespace Orleans.Kv.Tests.Checking.Models;

/// <summary>
/// What is known of a register: its value, and its version as far as answers have told it. A write whose answer is unknown leaves only a
/// bound, which the next answer that names the version turns into a number; so no version ever has to be guessed.
/// </summary>
/// <param name="Present">Whether the key exists.</param>
/// <param name="Value">Its value; 0 when absent.</param>
/// <param name="Floor">The version, or the lowest that it can be. For an absent key: no later version is at or below this one.</param>
/// <param name="Exact">Whether <paramref name="Floor"/> is the version itself. Always true for an absent key, where the question does not arise.</param>
public readonly record struct RegisterState(bool Present, long Value, long Floor, bool Exact)
{
    /// <summary>A key nobody has ever written; the first version is at least 1.</summary>
    public static RegisterState Initial => new(false, 0, 0, true);

    /// <summary>Whether every future of <paramref name="other"/> is one of this state, too.</summary>
    public bool Covers(in RegisterState other)
    {
        if (Present != other.Present || Value != other.Value)
            return false;
        if (!Present || !Exact)
            return Floor <= other.Floor;
        return other.Exact && Floor == other.Floor;
    }

    public override string ToString() => (Present, Exact) switch
    {
        (false, _) => string.Create(CultureInfo.InvariantCulture, $"absent, versions up to {Floor} used"),
        (true, true) => string.Create(CultureInfo.InvariantCulture, $"value {Value} at version {Floor}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"value {Value} at version {Floor} or above"),
    };
}
