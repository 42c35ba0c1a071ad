using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Slots;

/// <summary>
/// A slot once more, written as dumbly as can be: a table of registers that is read from end to end for every number, and never cut short.
/// </summary>
internal sealed class NaiveSlot
{
    public Dictionary<string, Register> Registers { get; } = [];

    public Floor Floor { get; private set; }

    public int Keys => Registers.Values.Count(static register => register.State is { IsTombstone: false });

    public int Tombstones => Registers.Values.Count(static register => register.State is { IsTombstone: true });

    public long Bytes => Registers.Sum(static pair => SlotRegisters.FixedBytes + pair.Key.Length + (pair.Value.State?.Value.Length ?? 0) + (pair.Value.State?.Divergence?.Bytes ?? 0));

    public string[] KeysWithConflicts => [.. Registers.Where(static pair => pair.Value.State?.Divergence?.Conflicts.Any() == true).Select(static pair => pair.Key).Order(StringComparer.Ordinal)];

    public ulong Digest
    {
        get
        {
            var sum = 0UL;
            foreach (var (key, register) in Registers)
            {
                if (register.State is not null)
                    sum = unchecked(sum + SlotDigests.ShareOf(Key.From(key), register.Accepted, register.State.Hash));
            }

            return sum;
        }
    }

    public string Handle(Request request)
    {
        var key = request.Key.ToString();
        var register = Registers.GetValueOrDefault(key);
        var promised = Registers.ContainsKey(key) ? register.Promised : Floor.Ballot;
        switch (request)
        {
            case ReadRequest read:
                return $"read {register.Accepted} {(read.Known == register.Accepted ? null : register.State?.Hash)}";
            case PrepareRequest prepare:
                if (prepare.Ballot <= promised)
                    return $"refused {promised}";
                Registers[key] = register with { Promised = prepare.Ballot };
                return $"promised {register.Accepted} {register.State?.Hash} {Floor}";
            case AcceptRequest accept:
                if (register.State is not null && register.Accepted == accept.Ballot)
                {
                    Registers[key] = register with { Promised = Ballot.Higher(promised, accept.Next) };
                    return $"accepted {accept.Ballot}";
                }

                if (accept.Ballot < promised)
                    return $"refused {promised}";
                Registers[key] = new Register(Ballot.Higher(accept.Ballot, accept.Next), accept.Ballot, accept.State);
                return $"accepted {accept.Ballot}";
            default:
                throw new InvalidOperationException();
        }
    }

    public string Handle(OneSlotRequest request)
    {
        switch (request)
        {
            case FloorRequest raise:
                Floor = Floor.Above(Floor, raise.Floor);
                return "floor";
            case HoldsRequest holds:
                Floor = Floor.Above(Floor, holds.Floor);
                return string.Join(' ', holds.Keys.Select(asked => Holds(asked.Key.ToString(), asked.Accepted)));
            case PurgeRequest purge:
                return $"purged {purge.Keys.Count(asked => Purge(asked.Key.ToString(), asked.Accepted))}";
            case RepairRequest repair:
                var key = repair.Key.ToString();
                if (!Registers.TryGetValue(key, out var register) || register.Accepted != repair.Ballot || register.State!.Equals(repair.State))
                    return "not repaired";
                Registers[key] = register with { State = repair.State };
                return "repaired";
            case ListRequest list:
                var rest = Registers.OrderBy(static pair => Key.From(pair.Key).Hash)
                    .SkipWhile(pair => list.After is not null && Key.From(pair.Key).Hash <= list.After.Hash).ToArray();
                return string.Join(' ', rest.Take(list.Limit).Select(static pair => $"{pair.Key} {pair.Value.Promised} {pair.Value.Accepted} {pair.Value.StateHash} {pair.Value.State?.IsTombstone ?? false}"))
                    + (rest.Length > list.Limit ? " ..." : "");
            default:
                throw new InvalidOperationException();
        }
    }

    public static string Show(Reply reply) => reply switch
    {
        ReadReply read => $"read {read.Accepted} {read.State?.Hash}",
        RefusedReply refused => $"refused {refused.Promised}",
        PromisedReply promised => $"promised {promised.Accepted} {promised.State?.Hash} {promised.Floor}",
        AcceptedReply accepted => $"accepted {accepted.Ballot}",
        _ => throw new InvalidOperationException(),
    };

    public static string Show(SlotReply reply) => reply switch
    {
        FloorReply => "floor",
        HoldsReply holds => string.Join(' ', holds.Held),
        PurgedReply purged => $"purged {purged.Count}",
        RepairedReply repaired => repaired.Repaired ? "repaired" : "not repaired",
        ListedReply listed => string.Join(' ', listed.Registers.Select(static one => $"{one.Key} {one.Promised} {one.Accepted} {one.StateHash} {one.IsTombstone}"))
            + (listed.Next is null ? "" : " ..."),
        _ => throw new InvalidOperationException(),
    };

    private bool Holds(string key, Ballot accepted)
    {
        if (!Registers.TryGetValue(key, out var register))
            return Floor.Ballot >= accepted;
        if (register.State is null)
            return register.Promised >= accepted;
        return register.State.IsTombstone && register.Accepted == accepted;
    }

    private bool Purge(string key, Ballot accepted)
    {
        if (!Registers.TryGetValue(key, out var register) || register.Accepted != accepted || register.State is { IsTombstone: false })
            return false;
        Registers.Remove(key);
        var stamps = new List<long> { -1 };
        if (register.State is { } state)
        {
            stamps.Add(state.Stamp.Value);
            stamps.AddRange(state.Memory.Outcomes.Select(static outcome => outcome.Deadline.Value));
            stamps.AddRange(state.Memory.Marks.Select(static mark => mark.Guard.Value));
        }

        Floor = Floor.Above(Floor, new Floor(register.Promised, register.State?.Version ?? 0, new HybridTimestamp(stamps.Max() + 1)));
        return true;
    }
}
