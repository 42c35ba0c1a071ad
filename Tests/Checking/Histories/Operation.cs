using System.Globalization;

namespace Orleans.Kv.Tests.Checking.Histories;

/// <summary>
/// One request to one key. Values are numbers: equal numbers are equal values, and a history says most when each write has a value of its
/// own, since a read then names the write that it saw.
/// </summary>
public readonly record struct Operation
{
    public OperationKind Kind { get; private init; }

    /// <summary>What a store, an update or a test-and-set puts there.</summary>
    public long Value { get; private init; }

    /// <summary>What a test-and-set expects; <see cref="Told.Absent"/> for a key that does not exist.</summary>
    public long Expect { get; private init; }

    /// <summary>The version the client asked for, or <see cref="Told.Nothing"/>.</summary>
    public long IfVersion { get; private init; }

    /// <summary>Only where the key does not exist.</summary>
    public bool IfAbsent { get; private init; }

    public static Operation Fetch() => new() { Kind = OperationKind.Fetch, IfVersion = Told.Nothing };

    public static Operation Store(long value, long ifVersion = Told.Nothing, bool ifAbsent = false) =>
        new() { Kind = OperationKind.Store, Value = value, IfVersion = ifVersion, IfAbsent = ifAbsent };

    public static Operation Update(long value, long ifVersion = Told.Nothing) =>
        new() { Kind = OperationKind.Update, Value = value, IfVersion = ifVersion };

    public static Operation Delete(long ifVersion = Told.Nothing) => new() { Kind = OperationKind.Delete, IfVersion = ifVersion };

    public static Operation TestAndSet(long expect, long value) =>
        new() { Kind = OperationKind.TestAndSet, Expect = expect, Value = value, IfVersion = Told.Nothing };

    public static Operation Touch(long ifVersion = Told.Nothing) => new() { Kind = OperationKind.Touch, IfVersion = ifVersion };

    public override string ToString()
    {
        var condition = (IfVersion, IfAbsent) switch
        {
            (Told.Nothing, false) => "",
            (Told.Nothing, true) => " if absent",
            (_, false) => string.Create(CultureInfo.InvariantCulture, $" if version {IfVersion}"),
            _ => string.Create(CultureInfo.InvariantCulture, $" if absent and version {IfVersion}"),
        };
        return Kind switch
        {
            OperationKind.Fetch => "fetch",
            OperationKind.Store => string.Create(CultureInfo.InvariantCulture, $"store {Value}{condition}"),
            OperationKind.Update => string.Create(CultureInfo.InvariantCulture, $"update {Value}{condition}"),
            OperationKind.Delete => "delete" + condition,
            OperationKind.Touch => "touch" + condition,
            _ => string.Create(CultureInfo.InvariantCulture, $"test-and-set {(Expect == Told.Absent ? "absent" : Expect)} to {Value}"),
        };
    }
}
