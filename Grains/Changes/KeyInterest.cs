using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Changes;

/// <summary>
/// Whether a proposer's key is followed, looked up again only when the filters have changed. It keeps the number of what it looked into, not the thing: there are as many of these as keys
/// in use, and old filters should not live as long as they.
/// </summary>
internal struct KeyInterest
{
    private long _seen;

    /// <summary>To be called before each call of the proposer that takes something in.</summary>
    public void Refresh(ChangeFeed feed, Proposer proposer)
    {
        var interest = feed.Interest;
        var number = interest?.Number ?? 0;
        if (number == _seen) return;
        _seen = number;
        proposer.ReportsChanges = interest is not null && interest.Covers(proposer.Key);
    }
}
