namespace Orleans.Kv.Tests.Checking.Linearizability;

/// <summary>What a check found.</summary>
/// <param name="Explanation">For a person: empty when linearizable; else the key, the answer that fits nowhere, and what surrounds it.</param>
public sealed record CheckResult(Verdict Verdict, string Explanation)
{
    public static CheckResult Linearizable { get; } = new(Verdict.Linearizable, "");

    public bool IsLinearizable => Verdict == Verdict.Linearizable;

    public override string ToString() => IsLinearizable ? nameof(Verdict.Linearizable) : $"{Verdict}: {Explanation}";
}
