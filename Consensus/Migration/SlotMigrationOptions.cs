namespace Orleans.Kv.Consensus;

/// <summary>The bounds and pauses of a slot's migration. One instance serves all of a process.</summary>
public sealed class SlotMigrationOptions
{
    public static readonly SlotMigrationOptions Default = new();

    /// <summary>Registers per page of a listing: at about 100 bytes each (keys may have 1 KB) a page stays well below a frame, and below a millisecond under the slot's lock.</summary>
    public int PageEntries { get; init; } = 512;

    /// <summary>How long a node may take for one page. Longer than a proposer's round: a listing waits in line with saves.</summary>
    public int RequestTimeoutMilliseconds { get; init; } = 2_000;

    /// <summary>The pause before a failed node is asked again, or a key that could not be settled is handed out again.</summary>
    public int RetryMilliseconds { get; init; } = 200;

    /// <summary>
    /// How long a sealed slot waits for listings beyond the seal, which save its keys from being settled one by one: a few round trips, since with a silent node every slot
    /// waits for it.
    /// </summary>
    public int LingerMilliseconds { get; init; } = 20;

    /// <exception cref="ArgumentException">Lists every bound that makes no sense.</exception>
    public void Validate()
    {
        var faults = new List<string>();
        if (PageEntries is < 1 or > OneSlotRequest.MaxKeys)
            faults.Add($"{nameof(PageEntries)} must be from 1 to {OneSlotRequest.MaxKeys}");
        if (RequestTimeoutMilliseconds < 1)
            faults.Add($"{nameof(RequestTimeoutMilliseconds)} must be positive");
        if (RetryMilliseconds < 1)
            faults.Add($"{nameof(RetryMilliseconds)} must be positive");
        if (LingerMilliseconds < 0)
            faults.Add($"{nameof(LingerMilliseconds)} must not be negative");
        if (faults.Count > 0)
            throw new ArgumentException(string.Join("; ", faults));
    }
}
