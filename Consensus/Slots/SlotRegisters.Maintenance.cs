using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

// What nodes ask each other about the slot.
public sealed partial class SlotRegisters
{
    /// <summary>Handles one request about this slot. What the step names has changed already, and is to be made durable before the reply leaves.</summary>
    public SlotStep Handle(ClusterMap map, OneSlotRequest request)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(request);
        if (request.Slot != Slot)
            throw new ArgumentException($"a request about {request.Slot} came to {Slot}", nameof(request));
        var vacated = !ReferenceEquals(map, _map) && Follow(map);
        return Answer(map, request) with { Vacated = vacated };
    }

    private SlotStep Answer(ClusterMap map, OneSlotRequest request)
    {
        if (request.Epoch < map.Epoch)
            return new SlotStep(new StaleSlotReply(request.Round, map));
        // Answering under the older map would break the seal: see Acceptor.
        if (request.Epoch > map.Epoch && !(request is ListRequest && _faults.HasFlag(Faults.ListBeforeSeal)))
            return new SlotStep(null);

        return request switch
        {
            ListRequest list => new SlotStep(List(list)),
            FloorRequest raise => new SlotStep(new FloorReply(raise.Round)) { FloorRaised = RaiseFloor(raise.Floor) },
            HoldsRequest holds => Hold(holds),
            PurgeRequest purge => Purge(map, purge),
            RepairRequest repair => Repair(repair),
            _ => throw new ArgumentException($"unknown request {request.GetType().Name}", nameof(request)),
        };
    }

    private ListedReply List(ListRequest request)
    {
        // Collected and sorted anew for every page: a slot is a thousandth of the store, and nothing has to be kept between pages.
        var keys = new List<Key>(_registers.Count);
        foreach (var key in _registers.Keys)
        {
            if (request.After is null || SlotOrder.Instance.Compare(key, request.After) > 0)
                keys.Add(key);
        }

        keys.Sort(SlotOrder.Instance);
        var page = ImmutableArray.CreateBuilder<ListedRegister>(Math.Min(request.Limit, keys.Count));
        for (var i = 0; i < page.Capacity; i++)
        {
            var register = _registers[keys[i]];
            page.Add(new ListedRegister(
                keys[i], register.Promised, register.Accepted, register.StateHash, register.State is { IsTombstone: true }, IsMarkedCorrupt(keys[i])));
        }

        var next = keys.Count > page.Count ? page[^1].Key : null;
        return new ListedReply(request.Round, Floor, page.MoveToImmutable(), next);
    }

    /// <summary>The key as a listing shows it. The key must have an accepted state here.</summary>
    public KeyEntry EntryOf(Key key)
    {
        var register = _registers[key];
        return new KeyEntry(key, register.Accepted, register.State!.IsTombstone, register.State.Expiry);
    }

    private SlotStep Repair(RepairRequest request)
    {
        if (!_registers.TryGetValue(request.Key, out var register)
            || register.Accepted != request.Ballot
            || (register.StateHash == request.State.Hash && IsSound(request.Key, register)))
        {
            return new SlotStep(new RepairedReply(request.Round, repaired: false));
        }

        var repaired = register with { State = request.State };
        Replace(request.Key, repaired);
        return new SlotStep(new RepairedReply(request.Round, repaired: true)) { Replaced = request.Key, Register = repaired };
    }

    private bool RaiseFloor(in Floor floor)
    {
        var before = Floor;
        Floor = Floor.Above(before, floor);
        return Floor != before;
    }
}
