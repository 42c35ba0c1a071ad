using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Changes;

/// <summary>Who follows what on this silo, at one moment. Immutable: a change of any filter makes another one.</summary>
/// <param name="number">Names this one among all of a silo; from 1.</param>
/// <param name="followers">All whose filters are not empty.</param>
internal sealed class Interest(long number, Follower[] followers)
{
    public long Number => number;

    public Follower[] Followers => followers;

    public bool Covers(Key key)
    {
        foreach (var (_, filter) in followers)
        {
            if (filter.Covers(key)) return true;
        }

        return false;
    }
}
