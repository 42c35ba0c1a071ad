using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Changes;

namespace Orleans.Kv.Grains.Changes;

/// <summary>
/// What happens to keys on this silo, for those who follow them: the API hosts, each a subscriber with a filter of its own.
/// <para>
/// It is told of two things. The proposers of this silo tell what they have committed (<see cref="Tell"/>), and the replica tells when its copy of a key comes to another
/// version (<see cref="Hint"/>): that may never be committed, or it may, and its proposer be dead before it could say so. The core's part of this is in <see cref="Proposer.ReportsChanges"/>
/// and <see cref="AcceptorStep.NewVersion"/>; how the two together miss nothing is in docs/protocol.md.
/// </para>
/// <para>
/// <b>When a filter is in force.</b> <see cref="Interest"/> is one reference. It is replaced before <see cref="Follow"/> answers, and it is read by the replica after a state is in
/// place, and by a proposer's shell after the replies are in that it is about to take in. So what was missed by reading the former one had been accepted before the answer, and a
/// strong read that begins after it finds that.
/// </para>
/// <para>
/// <b>What it costs.</b> While nobody follows anything the reference is null: a volatile read per reply and per accept, nothing recorded, nothing copied. Of a key that nobody follows, a look into
/// the filters besides, per accept; a proposer looks when the filters have changed.
/// </para>
/// <para>
/// What waits for a subscriber is bounded (<see cref="Subscription"/>), and so is how long one is kept that does not ask (<see cref="ChangeLimits.SubscriberPatience"/>). Nothing here
/// outlives the silo's process: who comes back finds that out by the subscription's id.
/// </para>
/// </summary>
internal sealed partial class ChangeFeed : IDisposable
{
    // How often subscribers are looked after: a small part of their patience.
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Follower> _followers = [];
    private readonly TimeProvider _time;
    private readonly ITimer _sweeper;
    private readonly ChangeCounters _counters;
    private readonly ILogger<ChangeFeed> _logger;
    private volatile Interest? _interest;
    private long _interests;
    private bool _closed;

    public ChangeFeed(TimeProvider time, ChangeCounters counters, ILogger<ChangeFeed> logger)
    {
        _time = time;
        _counters = counters;
        _logger = logger;
        _sweeper = time.CreateTimer(static feed => ((ChangeFeed)feed!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Who follows what; null while nobody follows anything.</summary>
    public Interest? Interest => _interest;

    public FollowReply Follow(FollowRequest request)
    {
        if (!KeyFilter.TryRead(request, out var filter, out var fault)) return new FollowReply { Status = FollowStatus.Refused, Detail = fault };
        lock (_gate)
        {
            if (_closed) return new FollowReply { Status = FollowStatus.Unreachable, Detail = "the silo is stopping" };
            if (!_followers.TryGetValue(request.Subscriber, out var follower))
            {
                if (_followers.Count >= ChangeLimits.MaxSubscribers)
                    return new FollowReply { Status = FollowStatus.Refused, Detail = $"a silo has at most {ChangeLimits.MaxSubscribers} subscribers" };
                follower = new Follower(new Subscription(_time, _counters), filter);
                if (_followers.Count == 0) _sweeper.Change(SweepPeriod, SweepPeriod);
                LogBegun(request.Subscriber);
            }

            follower.Subscription.Touch();
            if (filter.Number > follower.Filter.Number) follower = follower with { Filter = filter };
            _followers[request.Subscriber] = follower;
            Renew();
            return new FollowReply { Status = FollowStatus.InForce, Incarnation = follower.Subscription.Id, Filter = follower.Filter.Number };
        }
    }

    public Task<ChangeBatch> Poll(PollRequest request)
    {
        Follower follower;
        lock (_gate)
        {
            if (!_followers.TryGetValue(request.Subscriber, out follower) || follower.Subscription.Id != request.Incarnation)
                return Task.FromResult(new ChangeBatch { Status = ChangeStatus.Unknown });
        }

        return follower.Subscription.Poll(request.After);
    }

    /// <summary>These versions of the key are committed.</summary>
    public void Tell(Key key, ReadOnlySpan<KeyChange> changes)
    {
        if (_interest is not { } interest || changes.IsEmpty) return;
        ChangeEntry[]? entries = null;
        foreach (var (subscription, filter) in interest.Followers)
        {
            if (!filter.Covers(key)) continue;
            entries ??= Write(key, changes);
            foreach (var entry in entries) subscription.Add(key, entry);
        }
    }

    /// <summary>The silo's copy of the key has come to the version of this state.</summary>
    public void Hint(Key key, RegisterState state)
    {
        if (_interest is not { } interest) return;
        foreach (var (subscription, filter) in interest.Followers)
        {
            if (filter.Covers(key)) subscription.AddHint(key, state.Version, state.Stamp.Value);
        }
    }

    /// <summary>Tells nothing any more; who waits is answered.</summary>
    public void Close()
    {
        List<Follower> followers;
        lock (_gate)
        {
            _closed = true;
            followers = [.. _followers.Values];
            _followers.Clear();
            Renew();
        }

        foreach (var follower in followers) follower.Subscription.Close();
    }

    public void Dispose() => _sweeper.Dispose();

    private void Sweep()
    {
        List<KeyValuePair<Guid, Follower>> gone;
        lock (_gate)
        {
            gone = [.. _followers.Where(static follower => follower.Value.Subscription.IsForsaken)];
            foreach (var (subscriber, _) in gone) _followers.Remove(subscriber);
            if (gone.Count > 0) Renew();
        }

        foreach (var (subscriber, follower) in gone)
        {
            follower.Subscription.Close();
            LogGone(subscriber);
        }
    }

    // Under the lock.
    private void Renew()
    {
        Follower[] followers = [.. _followers.Values.Where(static follower => !follower.Filter.IsEmpty)];
        _interest = followers.Length == 0 ? null : new Interest(++_interests, followers);
        if (_followers.Count == 0) _sweeper.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private static ChangeEntry[] Write(Key key, ReadOnlySpan<KeyChange> changes)
    {
        var entries = new ChangeEntry[changes.Length];
        var name = key.ToString();
        for (var i = 0; i < changes.Length; i++)
        {
            ref readonly var change = ref changes[i];
            entries[i] = new ChangeEntry
            {
                Key = name,
                Version = change.Version,
                Kind = !change.IsTombstone ? ChangeKind.Stored : change.IsLapsed ? ChangeKind.Expired : ChangeKind.Deleted,
                Value = change.IsTombstone ? null : ToArray(change.Value),
                ContentType = change.ContentType == ContentTypes.Json ? null : change.ContentType,
                ModifiedUnixMilliseconds = change.Modified.UnixMilliseconds,
                ExpiresUnixMilliseconds = change.Expiry.UnixMilliseconds,
                Stamp = change.Stamp.Value,
                Previous = change.Previous,
            };
        }

        return entries;
    }

    // A value that came in a frame may be a part of it.
    private static byte[] ToArray(ReadOnlyMemory<byte> value) =>
        MemoryMarshal.TryGetArray(value, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : value.ToArray();

    [LoggerMessage(1701, LogLevel.Information, "Subscriber {Subscriber} follows changes", EventName = "SubscriberBegun")]
    private partial void LogBegun(Guid subscriber);

    [LoggerMessage(1702, LogLevel.Information, "Subscriber {Subscriber} has not asked for changes for too long, and is forgotten", EventName = "SubscriberGone")]
    private partial void LogGone(Guid subscriber);
}
