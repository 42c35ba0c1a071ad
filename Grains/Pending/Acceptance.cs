using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Pending;

/// <summary>What becomes of a write that comes while no quorum can be reached.</summary>
internal abstract record Acceptance
{
    private Acceptance()
    {
    }

    /// <summary>It is kept here from now on, and should be kept elsewhere as well.</summary>
    public sealed record Kept(PendingWrite Write) : Acceptance;

    /// <summary>It was accepted before: a retry.</summary>
    public sealed record Known : Acceptance
    {
        public static readonly Known Instance = new();
    }

    /// <summary>It is not accepted.</summary>
    /// <param name="Status">Why.</param>
    /// <param name="Version">The version of the copy that it was judged against; zero where there is none.</param>
    /// <param name="Stamp">Of a write that comes too late: the stamp it is older than.</param>
    public sealed record Refused(ReplyStatus Status, long Version = 0, HybridTimestamp Stamp = default) : Acceptance;
}
