using System.Globalization;

namespace Orleans.Kv.Tests.Checking.Histories;

/// <summary>What a client learned about its operation.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Value">The value a fetch found, or the one a failed test-and-set found (<see cref="Told.Absent"/> for none); else <see cref="Told.Nothing"/>.</param>
/// <param name="Version">
/// The version the answer carried: of what a write wrote, of what a fetch or a failed condition found, 0 for a condition that failed on an
/// absent key; <see cref="Told.Nothing"/> where the answer carried none.
/// </param>
public readonly record struct Answer(AnswerKind Kind, long Value, long Version)
{
    public static Answer Unknown => new(AnswerKind.Unknown, Told.Nothing, Told.Nothing);

    public static Answer NotDone => new(AnswerKind.NotDone, Told.Nothing, Told.Nothing);

    public static Answer NotFound => new(AnswerKind.NotFound, Told.Nothing, Told.Nothing);

    /// <summary>A store that created the key.</summary>
    public static Answer Created(long version = Told.Nothing) => new(AnswerKind.Created, Told.Nothing, version);

    /// <summary>A store or update that replaced a value, a delete, a test-and-set that swapped.</summary>
    public static Answer Done(long version = Told.Nothing) => new(AnswerKind.Done, Told.Nothing, version);

    /// <summary>A fetch that found something.</summary>
    public static Answer Found(long value, long version = Told.Nothing) => new(AnswerKind.Done, value, version);

    /// <summary>A condition that did not hold.</summary>
    public static Answer Failed(long version = Told.Nothing, long value = Told.Nothing) => new(AnswerKind.ConditionFailed, value, version);

    public override string ToString()
    {
        var value = Value switch
        {
            Told.Nothing => "",
            Told.Absent => " absent",
            _ => string.Create(CultureInfo.InvariantCulture, $" value {Value}"),
        };
        var version = Version == Told.Nothing ? "" : string.Create(CultureInfo.InvariantCulture, $" version {Version}");
        return Kind + value + version;
    }
}
