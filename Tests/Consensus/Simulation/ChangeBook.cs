using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// What those who watch every key are told, seen from above. A version that any proposer tells stands for one content, whoever tells it and however often; it is committed by then;
/// and between it and the one that it says it replaced there was none.
/// <para>
/// As to hints alone: somebody who reads a key strongly whenever a node says that its copy has come to another version knows the last version in the end, though no proposer
/// told them anything. Their reads are the unluckiest that could be: the nodes that answer first are those that know least.
/// </para>
/// </summary>
internal sealed class ChangeBook(Simulation simulation)
{
    private readonly Dictionary<(Key, long), KeyChange> _told = [];
    private readonly Dictionary<Key, long> _read = [];
    private readonly HashSet<Key> _unread = [];

    /// <summary>How many versions were told.</summary>
    public int Count => _told.Count;

    /// <summary>A proposer hands a change out.</summary>
    public void Told(Key key, in KeyChange change)
    {
        if (!simulation.Invariants.HasReached(key, change.Version))
            throw new ViolationException($"{key}: version {change.Version} was told, which no quorum had accepted");
        if (change.Previous >= change.Version)
            throw new ViolationException($"{key}: version {change.Version} is said to follow {change.Previous}");
        // Where stores were given up versions may be made again.
        if (simulation.Invariants.IsShaken(key) || _told.TryAdd((key, change.Version), change))
            return;
        var known = _told[(key, change.Version)];
        if (!IsSame(known, change))
            throw new ViolationException($"{key}: version {change.Version} was told with two contents: {known}, then {change}");
        if (known.Previous == KeyChange.Unknown)
            _told[(key, change.Version)] = change;
        else if (change.Previous != KeyChange.Unknown && known.Previous != change.Previous)
            throw new ViolationException($"{key}: version {change.Version} is said to follow {known.Previous} and {change.Previous}");
    }

    /// <summary>A node's copy has come to another version, and is durable, so that it answers reads.</summary>
    public void Hinted(NodeId node, Key key)
    {
        if (simulation.Options.Mutation == Mutation.HintsOfOneNodeOnly && node != simulation.Authority.Map[key].Nodes[0])
            return;
        _unread.Add(key);
    }

    /// <summary>Something has become durable: who still wants to read may be able to.</summary>
    public void Saved()
    {
        if (_unread.Count == 0)
            return;
        foreach (var unread in _unread.ToArray())
            Read(unread);
    }

    public void Check(IEnumerable<Key> keys)
    {
        Saved();
        foreach (var key in keys)
        {
            var versions = new Dictionary<long, KeyChange>();
            foreach (var state in simulation.Invariants.ChosenOf(key))
                versions[state.Version] = KeyChange.Of(state);
            if (versions.Count == 0)
                continue;
            if (!_unread.Contains(key) && _read.GetValueOrDefault(key) < versions.Keys.Max())
                throw new ViolationException($"{key}: version {versions.Keys.Max()} was committed, and who reads at every hint has last read {_read.GetValueOrDefault(key)}");
            foreach (var ((ofKey, version), change) in _told)
            {
                if (!ofKey.Equals(key))
                    continue;
                // A tombstone that carries a floor has the version of one that was purged.
                if (versions.TryGetValue(version, out var chosen) && !IsSame(chosen, change) && !(chosen.IsLapsed && change.IsTombstone))
                    throw new ViolationException($"{key}: version {version} was told as {change} and committed as {chosen}");
                versions.TryAdd(version, change);
            }

            CheckGaps(key, [.. versions.Keys.Order()]);
        }
    }

    private void CheckGaps(Key key, long[] versions)
    {
        for (var i = 1; i < versions.Length; i++)
        {
            // Above zero: what is purged is not between.
            if (_told.TryGetValue((key, versions[i]), out var change) && change.Previous > 0 && change.Previous < versions[i - 1])
                throw new ViolationException($"{key}: version {versions[i]} is said to follow {change.Previous}, but {versions[i - 1]} was between");
        }
    }

    /// <summary>
    /// The oldest state that a read could find now in one round trip: w nodes that are up have it accepted under one ballot. Where there is none, a strong read would propose, and change what is
    /// looked at here: it is tried again after the next change.
    /// </summary>
    private void Read(Key key)
    {
        var placement = simulation.Authority.Map[key];
        if (!placement.IsStable)
            return;
        var answers = new List<(Register Register, Floor Floor)>();
        foreach (var node in placement.Replicas)
        {
            if (simulation.SiloOf(node.Name) is not { IsUp: true } silo || silo.Node != node)
                continue;
            var slot = silo.Replica.Disk[key.Slot];
            answers.Add((slot.Registers.GetValueOrDefault(key), slot.Floor));
        }

        var oldest = answers.GroupBy(static answer => answer.Register.Accepted).Where(equal => equal.Count() >= placement.AcceptQuorum.Needed).MinBy(static equal => equal.Key);
        if (oldest is null)
            return;
        _unread.Remove(key);
        // Nothing is left of a key that was purged: its last version is at or below the floors, and what is written next is above them.
        var version = oldest.First().Register.State?.Version ?? oldest.Max(static answer => answer.Floor.Version);
        _read[key] = Math.Max(_read.GetValueOrDefault(key), version);
    }

    private static bool IsSame(in KeyChange one, in KeyChange other) =>
        one.IsTombstone == other.IsTombstone
        && one.IsLapsed == other.IsLapsed
        && one.Modified == other.Modified
        && one.Expiry == other.Expiry
        && string.Equals(one.ContentType, other.ContentType, StringComparison.Ordinal)
        && one.Value.Span.SequenceEqual(other.Value.Span);
}
