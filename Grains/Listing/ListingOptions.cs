namespace Orleans.Kv.Grains.Listing;

/// <summary>How a silo lists keys.</summary>
public sealed class ListingOptions
{
    /// <summary>How long a node that seems to be there is waited for. Without it the page is put together if the others are enough.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How much longer the rest is waited for when those that have answered are enough: with all answers fewer keys have to be read one by one.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// After which time a page is answered with what has been found, for the caller to go on from there: where thousands of deleted keys lie between those that exist, a page takes several rounds.
    /// </summary>
    public TimeSpan PageTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many pages a silo has in hand at once; further ones are refused for the moment. Each holds a thousand keys of several nodes, and reads those that are being written.</summary>
    public int MaxPages { get; set; } = 64;

    internal IEnumerable<string> Faults()
    {
        if (Patience <= TimeSpan.Zero) yield return $"{nameof(ListingOptions)}.{nameof(Patience)} must be positive.";
        if (Grace < TimeSpan.Zero) yield return $"{nameof(ListingOptions)}.{nameof(Grace)} must not be negative.";
        if (PageTime <= TimeSpan.Zero) yield return $"{nameof(ListingOptions)}.{nameof(PageTime)} must be positive.";
        if (MaxPages < 1) yield return $"{nameof(ListingOptions)}.{nameof(MaxPages)} must be positive.";
    }
}
