using System.Globalization;
using System.Text;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Traces;

/// <summary>
/// Runs the commands of a trace on real proposers and acceptors of one key, and prints what they do. Nothing moves by itself: each message
/// waits, under its number, until the trace delivers, drops, repeats or fails it.
/// <code>
/// map e1 majority a b c         the newest map; the first one goes to everybody, later ones to those who learn it
/// learn a p                     gives the newest map to nodes and proposers
/// proposer p on a               a proposer (hosts are numbered in order)
/// p store 1#1 x                 submits; also update, delete, fetch, testset 1#1 expected new ("-" for absent);
///                               options: mark=N deadline=MS until=MS ttl=MS ifversion=N ifabsent
/// deliver | deliver 3 4 | deliver to a | deliver from a     (bare: until nothing is left)
/// drop, repeat, fail            the same selections; fail tells the proposer that no answer will come
/// time 400                      lets time pass for every proposer
/// registers                     prints what every node holds
/// </code>
/// </summary>
internal sealed class TraceDriver
{
    private static readonly Key Key = Key.From("k");

    private readonly SortedDictionary<string, Node> _nodes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Proposer> _proposers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, Packet> _packets = [];
    private readonly StringBuilder _output = new();
    private ClusterMap? _map;
    private int _numbers;
    private long _now;

    private Moment Moment => new(_now, _now);

    public string Run(string command)
    {
        _output.Clear();
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "map":
                DeclareMap(words);
                break;
            case "learn":
                foreach (var name in words[1..])
                    Learn(name);
                break;
            case "proposer":
                var id = new ProposerId((ulong)_proposers.Count + 1, 1);
                _proposers.Add(words[1], new Proposer(Key, id, _map!, _nodes[words[3]].Id, new ProposerOptions(), seed: id.Host));
                break;
            case "deliver" when words.Length == 1:
                while (_packets.Count > 0)
                    Deliver(Take(_packets.First().Key));
                break;
            case "deliver":
                Select(words).ForEach(number => Deliver(Take(number)));
                break;
            case "drop":
                Select(words).ForEach(number => Take(number));
                break;
            case "repeat":
                Select(words).ForEach(number => Deliver(_packets[number]));
                break;
            case "fail":
                Select(words).ForEach(number => Fail(Take(number)));
                break;
            case "time":
                _now = Parse(words[1]);
                foreach (var name in _proposers.Keys)
                    With(name, proposer => proposer.Tick(Moment));
                break;
            case "registers":
                foreach (var (name, node) in _nodes)
                    Line($"{name}: promised {node.Register.Promised}, accepted {node.Register.Accepted}{Show(node.Register.State)}");
                break;
            default:
                Submit(words);
                break;
        }

        return _output.ToString();
    }

    private void DeclareMap(string[] words)
    {
        var first = _map is null;
        var quorum = words[2] == "all" ? WriteQuorum.All : WriteQuorum.Majority;
        var generations = string.Join(' ', words[3..]).Split('|')
            .Select(names => new Generation(names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static name => Maps.Node(name)), quorum));
        _map = new ClusterMap(new Epoch(Parse(words[1][1..])), ConsistencyMode.Consistent, generations);
        foreach (var id in _map.Generations.SelectMany(static generation => generation.Nodes))
        {
            if (!_nodes.ContainsKey(id.Name))
                _nodes.Add(id.Name, new Node(id) { Map = _map });
        }

        if (first)
            Line($"quorums: {string.Join(", ", _map[Key].PrepareQuorums.Select(static q => $"prepare {q.Needed} of {q.Size}"))}, accept {_map[Key].AcceptQuorum.Needed}");
    }

    private void Learn(string name)
    {
        if (_nodes.TryGetValue(name, out var node))
            node.Map = _map!;
        else
            With(name, proposer => proposer.ChangeMap(_map!, Moment));
    }

    private void Submit(string[] words)
    {
        var operands = words[3..].Where(static word => !word.Contains('=', StringComparison.Ordinal) && word != "ifabsent").ToArray();
        string? Option(string name) => words.FirstOrDefault(word => word.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
        var id = words[2].Split('#');
        var kind = words[1] == "testset" ? OperationKind.TestAndSet : Enum.Parse<OperationKind>(words[1], ignoreCase: true);
        var operation = new Operation
        {
            Id = new OperationId(new OriginId(0, (ulong)Parse(id[0])), Parse(id[1])),
            Kind = kind,
            Mark = Parse(Option("mark") ?? "0"),
            Deadline = Option("deadline") is { } deadline ? HybridTimestamp.FromUnixMilliseconds(Parse(deadline)) : HybridTimestamp.Max,
            Value = operands.Length > 0 ? Encoding.UTF8.GetBytes(operands[^1]) : default,
            Expect = kind == OperationKind.TestAndSet && operands[0] != "-" ? Encoding.UTF8.GetBytes(operands[0]) : null,
            TimeToLive = TimeSpan.FromMilliseconds(Parse(Option("ttl") ?? "0")),
            IfVersion = Option("ifversion") is { } version ? Parse(version) : null,
            IfAbsent = words.Contains("ifabsent"),
        };
        With(words[0], proposer => proposer.Submit(operation, null, Parse(Option("until") ?? "100000"), Moment));
    }

    private List<int> Select(string[] words) => words[1] switch
    {
        "to" => [.. _packets.Where(packet => words.Skip(2).Contains(packet.Value.To)).Select(static packet => packet.Key)],
        "from" => [.. _packets.Where(packet => words.Skip(2).Contains(packet.Value.From)).Select(static packet => packet.Key)],
        _ => [.. words[1..].Select(static word => (int)Parse(word))],
    };

    private Packet Take(int number) => _packets.Remove(number, out var packet) ? packet : throw new InvalidOperationException($"no message {number}");

    private void Deliver(Packet packet)
    {
        if (packet.Reply is { } reply)
        {
            With(packet.To, proposer => proposer.Receive(_nodes[packet.From].Id, reply, Moment));
            return;
        }

        var node = _nodes[packet.To];
        var step = Acceptor.Handle(node.Map, node.Register, Floor.None, packet.Request!);
        node.Register = step.Register;
        if (step.Reply is null)
            Line($"{packet.To} needs the map of {packet.Request!.Epoch} first");
        else
            Post(new Packet(packet.To, packet.From, null, step.Reply));
    }

    private void Fail(Packet packet) =>
        With(packet.From, proposer => proposer.Fail(_nodes[packet.To].Id, packet.Request!.Round, Moment));

    private void With(string name, Action<Proposer> input)
    {
        var proposer = _proposers[name];
        input(proposer);
        foreach (var answer in proposer.Effects.Answers)
            Line($"{name} answers {answer.Operation.Id}: {Show(answer.Outcome)}");
        foreach (var send in proposer.Effects.Sends)
            Post(new Packet(name, send.Node.Name, send.Request, null));
        proposer.Effects.Clear();
    }

    private void Post(Packet packet)
    {
        _packets.Add(++_numbers, packet);
        Line($"[{_numbers}] {packet.From} -> {packet.To}: {Show(packet)}");
    }

    private void Line(string text) => _output.Append(text).Append('\n');

    private static string Show(Packet packet) => packet switch
    {
        { Request: AcceptRequest accept } => $"Accept {accept.Ballot}{Show(accept.State)} next {accept.Next}",
        { Request: { } request } => request.ToString()!,
        { Reply: PromisedReply promised } => $"Promised {promised.Ballot}, accepted {promised.Accepted}{Show(promised.State)}",
        { Reply: ReadReply read } => $"Read {read.Accepted}{Show(read.State)}",
        { Reply: { } reply } => reply.ToString()!,
        _ => "",
    };

    private static string Show(RegisterState? state) => state is null ? ""
        : $" (v{state.Version} {(state.IsTombstone ? "tombstone" : Encoding.UTF8.GetString(state.Value.Span))}{(state.Memory.Count == 0 ? "" : $", {state.Memory}")})";

    private static string Show(Outcome outcome) => outcome switch
    {
        Outcome.Found found => $"found{Show(found.State)}",
        Outcome.NotSwapped failed => $"not swapped, v{failed.Version}{Show(failed.Current)}",
        _ => outcome.ToString(),
    };

    private static long Parse(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private sealed record Packet(string From, string To, Request? Request, Reply? Reply);

    private sealed class Node(NodeId id)
    {
        public NodeId Id { get; } = id;
        public required ClusterMap Map { get; set; }
        public Register Register { get; set; }
    }
}
