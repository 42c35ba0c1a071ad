namespace Orleans.Kv.Grains.Pending;

/// <summary>What has become of the writes that were accepted without a quorum, since this host started. Read by anybody, at any time.</summary>
public sealed class PendingCounters
{
    private long _accepted;
    private long _refused;
    private long _kept;
    private long _won;
    private long _lost;
    private long _known;
    private long _full;

    /// <summary>Writes that this silo accepted.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Writes that it refused because too many were pending.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Copies of other silos' writes that it took in.</summary>
    public long Kept => Interlocked.Read(ref _kept);

    /// <summary>Writes that it merged and that became the value.</summary>
    public long Won => Interlocked.Read(ref _won);

    /// <summary>Writes that it merged, and that something newer stood against: listed as conflicts.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Writes that it wanted to merge and that had been merged or committed already.</summary>
    public long Known => Interlocked.Read(ref _known);

    /// <summary>Merges that were put off because the key's list of conflicts was full.</summary>
    public long Full => Interlocked.Read(ref _full);

    internal void OnAccepted() => Interlocked.Increment(ref _accepted);

    internal void OnRefused() => Interlocked.Increment(ref _refused);

    internal void OnKept() => Interlocked.Increment(ref _kept);

    internal void OnWon() => Interlocked.Increment(ref _won);

    internal void OnLost() => Interlocked.Increment(ref _lost);

    internal void OnKnown() => Interlocked.Increment(ref _known);

    internal void OnFull() => Interlocked.Increment(ref _full);
}
