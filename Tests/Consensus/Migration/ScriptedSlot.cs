using System.Collections.Immutable;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Migration;

/// <summary>A migration of slot 5 with nodes that hold what a test says: it plays the shell and all replicas, message by message.</summary>
internal sealed class ScriptedSlot
{
    public static readonly Slot Slot = new(5);

    private static readonly ImmutableArray<Key> Keys = [.. Enumerable.Range(0, 100_000).Select(static i => Key.From($"k{i}")).Where(static key => key.Slot == Slot).Order(SlotOrder.Instance)];

    private readonly Dictionary<string, SortedDictionary<Key, Ballot>> _registers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Floor> _floors = new(StringComparer.Ordinal);

    public ScriptedSlot(ClusterMap map, SlotMigrationOptions? options = null, Faults faults = Faults.None)
    {
        Map = map;
        Migration = new SlotMigration(map, Slot, options ?? new SlotMigrationOptions(), faults);
    }

    public ClusterMap Map { get; }

    public SlotMigration Migration { get; }

    public Moment Now { get; private set; } = new(0, 1_000);

    /// <summary>What was sent and neither answered nor dropped yet.</summary>
    public List<SlotSend> Sent { get; } = [];

    /// <summary>Requests answered, for counting.</summary>
    public int Answered { get; private set; }

    /// <summary>The slot's keys in the order of listings.</summary>
    public static Key KeyAt(int index) => Keys[index];

    public static ClusterMap Maps(string text, WriteQuorum quorum = WriteQuorum.Majority) => new(
        new Epoch(3),
        ConsistencyMode.Consistent,
        text.Split('|').Select(part => part.Split(' ')).Select(names => new Generation(
            names.Select(static name => Consensus.Maps.Node(name.TrimEnd('!'))), quorum, names.Where(static name => name.EndsWith('!')).Select(static name => Consensus.Maps.Node(name.TrimEnd('!'))))));

    public ScriptedSlot Hold(string node, int key, long ballot)
    {
        if (!_registers.TryGetValue(node, out var registers))
            _registers[node] = registers = new SortedDictionary<Key, Ballot>(SlotOrder.Instance);
        registers[KeyAt(key)] = ballot == 0 ? Ballot.Zero : Samples.Ballot(ballot);
        return this;
    }

    public ScriptedSlot Floor(string node, long number)
    {
        _floors[node] = new Floor(Samples.Ballot(number), number, new HybridTimestamp(number));
        return this;
    }

    public Floor FloorOf(string node) => _floors.GetValueOrDefault(node);

    public ScriptedSlot Begin()
    {
        Migration.Tick(Now);
        return Collect();
    }

    public ScriptedSlot Wait(int milliseconds)
    {
        Now = new Moment(Now.Ticks + milliseconds, Now.UnixMilliseconds + milliseconds);
        Migration.Tick(Now);
        return Collect();
    }

    /// <summary>Answers what these nodes were asked, and what they are asked then, until nothing is left.</summary>
    public ScriptedSlot Answer(params string[] nodes)
    {
        while (Sent.FindIndex(send => nodes.Contains(send.Node.Name)) is var at and >= 0)
        {
            var send = Sent[at];
            Sent.RemoveAt(at);
            AnswerTo(send);
        }

        return this;
    }

    public void AnswerTo(SlotSend send)
    {
        Answered++;
        Migration.Receive(send.Node, ReplyTo(send), Now);
        Collect();
    }

    public SlotReply ReplyTo(SlotSend send)
    {
        switch (send.Request)
        {
            case ListRequest list:
                var page = Registers(send.Node.Name)
                    .SkipWhile(register => list.After is not null && SlotOrder.Instance.Compare(register.Key, list.After) <= 0).Take(list.Limit + 1).ToList();
                var next = page.Count > list.Limit ? page[list.Limit - 1].Key : null;
                return new ListedReply(list.Round, FloorOf(send.Node.Name), [.. page.Take(list.Limit).Select(static register => new ListedRegister(register.Key, register.Value, register.Value, 1, false, false))], next);
            case FloorRequest floor:
                _floors[send.Node.Name] = Orleans.Kv.Consensus.Floor.Above(FloorOf(send.Node.Name), floor.Floor);
                return new FloorReply(floor.Round);
            default:
                throw new InvalidOperationException(send.Request.ToString());
        }
    }

    public List<MigratingKey> TakeKeys()
    {
        var keys = new List<MigratingKey>();
        while (Migration.TryTakeKey(out var key))
            keys.Add(key);
        return keys;
    }

    public ScriptedSlot Settle(int key, bool isSettled = true)
    {
        Migration.Settled(KeyAt(key), isSettled, Now);
        return Collect();
    }

    private SortedDictionary<Key, Ballot> Registers(string node) => _registers.TryGetValue(node, out var registers) ? registers : new(SlotOrder.Instance);

    private ScriptedSlot Collect()
    {
        while (Migration.TryTakeSend(out var send))
            Sent.Add(send);
        return this;
    }
}
