namespace Orleans.Kv.Tests.Network.Cuts;

/// <summary>The times that the store is held to when the network fails.</summary>
internal static class Bars
{
    /// <summary>Load before the fault.</summary>
    public static readonly TimeSpan Before = TimeSpan.FromSeconds(1);

    /// <summary>
    /// From a cut to the moment when each side knows: a peer counts as unreachable after a second of silence, asked every quarter of one; the rest is for a busy machine. Before that,
    /// requests wait for answers that do not come.
    /// </summary>
    public static readonly TimeSpan Detection = TimeSpan.FromSeconds(2);

    /// <summary>For a side without a quorum to say so, once it knows.</summary>
    public static readonly TimeSpan Refusal = TimeSpan.FromMilliseconds(500);

    /// <summary>No key on the side with a quorum goes longer than this without a successful answer.</summary>
    public static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(2.5);

    /// <summary>
    /// How long a silo that was declared dead while it is cut off may leave the clients beside it without service: its process throws one host away and starts another.
    /// </summary>
    public static readonly TimeSpan HostChange = TimeSpan.FromSeconds(4);

    /// <summary>From the heal to the moment when everybody says that each silo has all it should.</summary>
    public static readonly TimeSpan Return = TimeSpan.FromSeconds(10);
}
