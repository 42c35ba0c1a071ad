using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>
/// Unites the pages of many nodes, all of one question under one map, into a page of the keys that exist.
/// <para>
/// <b>What is promised.</b> A key that exists while the questions are asked and answered is not missed, and one that does not exist is not listed; what comes or goes meanwhile may be
/// listed or not. Pages of a walk cover ranges that do not overlap, so over a whole walk a key that exists all the while is listed exactly once.
/// </para>
/// <para>
/// <b>Why it holds.</b> It is what a read does, for many keys at once. With the quorums of a Prepare (of every generation, for every slot) somebody has met whatever was committed before: the
/// highest ballot of the answers is that of the last committed state or of a later one. Answers are seals (see <see cref="SlotRegisters"/>), so no write of an older epoch was committed
/// behind their backs. That does not say yet that the highest ballot was committed: a delete that only one node has accepted masks nothing, and a creation that only one node has accepted may
/// never have happened. It was if w nodes of the newest generation name it, by the rule of reads (see <see cref="Proposer"/>): on a stable map always, during a migration where it is a ballot of the
/// map's own epoch, as one of an older epoch may have come to them by redelivery without ever having been committed.
/// </para>
/// <para>
/// Anything else is <see cref="KeyVerdict.Unclear"/>, and the key is read by itself: in quiet times none, under writes those that are on their way at the moment, during a migration the keys that
/// were not written under its epoch yet, which reading them brings over. It is tempting to spare the read where all nodes agree on whether the key exists, by whatever ballots. But each of them
/// may have accepted, one after the other, another delete that then failed.
/// </para>
/// <para>Not thread safe.</para>
/// </summary>
public sealed class KeyListing
{
    private readonly ClusterMap _map;
    private readonly Dictionary<NodeId, KeysReply> _replies = [];

    public KeyListing(ClusterMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        _map = map;
    }

    /// <summary>Takes in a node's answer; the first one of a node counts.</summary>
    public void Add(NodeId node, KeysReply reply) => _replies.TryAdd(node, reply);

    /// <summary>How many nodes have answered.</summary>
    public int Answers => _replies.Count;

    /// <summary>Whether the quorums of every slot have answered.</summary>
    public bool HasQuorums
    {
        get
        {
            for (var i = 0; i < Slot.Count; i++)
            {
                var placement = _map[new Slot((ushort)i)];
                var heard = Heard(placement);
                foreach (var quorum in placement.PrepareQuorums)
                {
                    if (quorum.Count(heard, 0) != Tally.Won)
                        return false;
                }
            }

            return true;
        }
    }

    /// <summary>Up to where the answers say everything; null for the end.</summary>
    public Key? CoveredTo
    {
        get
        {
            Key? covered = null;
            foreach (var reply in _replies.Values)
            {
                if (reply.HasMore && (covered is null || reply.Entries[^1].Key < covered))
                    covered = reply.Entries[^1].Key;
            }

            return covered;
        }
    }

    /// <summary>The keys that any answer names, up to <see cref="CoveredTo"/>, in order, each with what follows from the answers at that time.</summary>
    public ImmutableArray<(Key Key, KeyVerdict Verdict)> Judge(HybridTimestamp now) => Judge(now, Committed);

    /// <summary>
    /// The same where no quorum can be had: by the highest ballot of those that answered, as an eventual read would see it.
    /// </summary>
    public ImmutableArray<(Key Key, KeyVerdict Verdict)> JudgeByNewest(HybridTimestamp now) => Judge(now, static (_, votes) => votes.Newest.IsTombstone ? KeyVerdict.Absent : KeyVerdict.Exists);

    private ImmutableArray<(Key Key, KeyVerdict Verdict)> Judge(HybridTimestamp now, Func<Placement, Votes, KeyVerdict> rule)
    {
        var end = CoveredTo;
        var all = new Dictionary<Key, Votes>(Key.Comparer);
        foreach (var (node, reply) in _replies)
        {
            foreach (var entry in reply.Entries)
            {
                if (end is not null && entry.Key > end)
                    break;
                var index = _map[entry.Key].IndexOf(node);
                // Left over from a map under which the node was a replica: it has no say any more.
                if (index < 0)
                    continue;
                all.TryGetValue(entry.Key, out var votes);
                all[entry.Key] = votes.With(entry, 1UL << index);
            }
        }

        var keys = all.Keys.ToArray();
        Array.Sort(keys);
        var judged = ImmutableArray.CreateBuilder<(Key, KeyVerdict)>(keys.Length);
        foreach (var key in keys)
        {
            var votes = all[key];
            var verdict = rule(_map[key], votes);
            // Due, but nobody has committed the tombstone yet: who reads the key does.
            if (verdict == KeyVerdict.Exists && votes.Newest.Expiry != HybridTimestamp.Zero && votes.Newest.Expiry <= now)
                verdict = KeyVerdict.Unclear;
            judged.Add((key, verdict));
        }

        return judged.MoveToImmutable();
    }

    private KeyVerdict Committed(Placement placement, Votes votes)
    {
        var isChosen = placement.AcceptQuorum.Count(votes.Agreeing, 0) == Tally.Won && (placement.IsStable || votes.Newest.Accepted.Epoch == _map.Epoch);
        return !isChosen ? KeyVerdict.Unclear : votes.Newest.IsTombstone ? KeyVerdict.Absent : KeyVerdict.Exists;
    }

    private ulong Heard(Placement placement)
    {
        var heard = 0UL;
        for (var i = 0; i < placement.Nodes.Length; i++)
        {
            if (_replies.ContainsKey(placement.Nodes[i]))
                heard |= 1UL << i;
        }

        return heard;
    }

    /// <summary>What nodes say of one key: the entry with the highest ballot, and the nodes that name it.</summary>
    private readonly record struct Votes(KeyEntry Newest, ulong Agreeing)
    {
        public Votes With(in KeyEntry entry, ulong node) =>
            Newest.Key is null || entry.Accepted > Newest.Accepted ? new Votes(entry, node)
            : entry.Accepted == Newest.Accepted ? new Votes(Newest, Agreeing | node)
            : this;
    }
}
