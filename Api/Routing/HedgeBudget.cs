namespace Orleans.Kv.Api.Routing;

/// <summary>
/// How many operations may still be sent to a second silo because the first is slow. Answers earn hedges; a cluster where
/// most operations are slow is overloaded, and sending all of them twice would keep it so.
/// </summary>
internal sealed class HedgeBudget(int burst, int answersPerHedge)
{
    // Counted in answers, so that earning is one addition.
    private readonly long _full = (long)burst * answersPerHedge;
    private readonly int _price = answersPerHedge;
    private long _earned = (long)burst * answersPerHedge;

    public void Earn()
    {
        if (Volatile.Read(ref _earned) < _full) Interlocked.Increment(ref _earned);
    }

    public bool TrySpend()
    {
        if (Interlocked.Add(ref _earned, -_price) >= 0) return true;
        Interlocked.Add(ref _earned, _price);
        return false;
    }
}
