namespace Orleans.Kv.Api.Files;

/// <summary>The bounds of the file store, and how long it waits for whom.</summary>
internal sealed class FileStoreOptions
{
    /// <summary>
    /// Large enough that a chunk's round trip is mostly bytes, small enough that several fit into one batch between silos and other keys do not wait behind one.
    /// </summary>
    public int ChunkBytes { get; set; } = 512 * 1024;

    /// <summary>Chunks on their way at once for one transfer: 4 MiB of memory, and enough to keep three silos busy.</summary>
    public int ChunksInFlight { get; set; } = 8;

    /// <summary>64 GiB. More than any memory here holds three times; a bound so that a client that never stops is told why.</summary>
    public long MaxFileBytes { get; set; } = 64L * 1024 * 1024 * 1024;

    /// <summary>Manifests fetched at once for a listing, and chunks deleted at once.</summary>
    public int KeysInFlight { get; set; } = 32;

    /// <summary>Files and directories in one directory's listing: their entries are in memory, to be sent in order.</summary>
    public int MaxEntries { get; set; } = 100_000;

    /// <summary>Entries below a directory that is renamed: each moves on its own.</summary>
    public int MaxMovedEntries { get; set; } = 10_000;

    /// <summary>Keys per page of a walk.</summary>
    public int PageKeys { get; set; } = 1_000;

    /// <summary>
    /// How long one step is tried again while the store has no quorum or does not answer. A dead silo costs a fraction of a second; a restart of most of them some ten.
    /// </summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a change waits for another one of the same file.</summary>
    public TimeSpan BusyPatience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a running upload renews its note.</summary>
    public TimeSpan RenewPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How old the note of an upload must be before others take its owner for dead: many renewals, and longer than any single write can be on its way (130 s), clocks that differ by minutes included.
    /// </summary>
    public TimeSpan UploadAbandonedAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The same for a removal or a move, which is a handful of steps of <see cref="Patience"/> at most and is not renewed.</summary>
    public TimeSpan ChangeAbandonedAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often the notes are looked through.</summary>
    public TimeSpan SweepPeriod { get; set; } = TimeSpan.FromMinutes(5);
}
