namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>A clock that can jump: what a silo sees of time when its process was paused.</summary>
public sealed class PausableTime : TimeProvider
{
    private long _skipped;

    /// <summary>The process stood still for so long, and has just gone on.</summary>
    public void Skip(TimeSpan pause) => Interlocked.Add(ref _skipped, (long)(pause.TotalSeconds * TimestampFrequency));

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _skipped);
}
