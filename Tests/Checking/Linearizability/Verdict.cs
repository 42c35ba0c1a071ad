namespace Orleans.Kv.Tests.Checking.Linearizability;

public enum Verdict
{
    Linearizable,

    /// <summary>No order of the operations explains the answers.</summary>
    Violation,

    /// <summary>The search gave up at its bounds: neither shown nor refuted. A test treats it as a failure.</summary>
    Undecided,
}
