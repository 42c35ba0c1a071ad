using System.Runtime.CompilerServices;

namespace Orleans.Runtime.MembershipService;

/// <summary>
/// The latest view, and everybody who waits for a later one. Each reader walks a chain of links at its own pace; one that is slow
/// skips what is outdated, so that neither memory nor the publisher depends on readers.
/// </summary>
internal sealed class MembershipUpdateStream
{
    private Link _latest = new(ClusterMembershipSnapshot.Empty);

    public ClusterMembershipSnapshot Current => Volatile.Read(ref _latest).Snapshot;

    /// <summary>Only one caller at a time, with rising versions: <see cref="MembershipManager"/> sees to that.</summary>
    public void Publish(ClusterMembershipSnapshot snapshot)
    {
        var link = new Link(snapshot);
        var previous = _latest;
        Volatile.Write(ref _latest, link);
        previous.Next.TrySetResult(link);
    }

    /// <summary>No further view will come: readers finish.</summary>
    public void Complete() => _latest.Next.TrySetResult(null);

    public async IAsyncEnumerable<ClusterMembershipSnapshot> Read([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var link = Volatile.Read(ref _latest);
        while (link is not null)
        {
            yield return link.Snapshot;
            var next = await link.Next.Task.WaitAsync(cancellation);
            if (next is null)
                yield break;

            // Whatever came since the last read is contained in the latest.
            var latest = Volatile.Read(ref _latest);
            link = latest.Snapshot.Version > next.Snapshot.Version ? latest : next;
        }
    }

    private sealed class Link(ClusterMembershipSnapshot snapshot)
    {
        public ClusterMembershipSnapshot Snapshot { get; } = snapshot;

        public TaskCompletionSource<Link?> Next { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
