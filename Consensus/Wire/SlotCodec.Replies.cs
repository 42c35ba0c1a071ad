using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

// Slot replies, field by field.
public static partial class SlotCodec
{
    // A length, one byte of key, two empty ballots.
    private const int LeastListed = 4;
    private const byte IsTombstone = 1;
    private const byte IsCorrupt = 2;

    // A length, one byte of key, an empty ballot, flags.
    private const int LeastEntry = 4;
    private const byte Expires = 4;

    private static MessageKind KindOf(SlotReply reply) => reply switch
    {
        ListedReply => MessageKind.Listed,
        DigestReply => MessageKind.Differing,
        KeysReply => MessageKind.KeyPage,
        FloorReply => MessageKind.FloorRaised,
        HoldsReply => MessageKind.Held,
        PurgedReply => MessageKind.Purged,
        RepairedReply => MessageKind.Repaired,
        StaleSlotReply => MessageKind.Stale,
        _ => throw new ArgumentException($"unknown reply {reply.GetType().Name}", nameof(reply)),
    };

    private static void WriteFields(ref WireWriter output, SlotReply reply)
    {
        switch (reply)
        {
            case ListedReply listed:
                StateCodec.Write(ref output, listed.Floor);
                output.Number(listed.Registers.Length);
                foreach (ref readonly var register in listed.Registers.AsSpan())
                    Write(ref output, register);
                WriteOptional(ref output, listed.Next);
                break;
            case DigestReply differing:
                output.Number(differing.Differing.Length);
                foreach (var slot in differing.Differing)
                    output.Number(slot.Index);
                break;
            case KeysReply page:
                output.Number(page.Entries.Length);
                foreach (ref readonly var entry in page.Entries.AsSpan())
                    Write(ref output, entry);
                output.Byte(page.HasMore ? (byte)1 : (byte)0);
                break;
            case HoldsReply holds:
                output.Number(holds.Held.Length);
                foreach (var held in holds.Held)
                    output.Byte(held ? (byte)1 : (byte)0);
                break;
            case PurgedReply purged:
                output.Number(purged.Count);
                break;
            case RepairedReply repaired:
                output.Byte(repaired.Repaired ? (byte)1 : (byte)0);
                break;
            case StaleSlotReply stale:
                ClusterMapCodec.Write(ref output, stale.Map);
                break;
        }
    }

    private static SlotReply ReadOneReply(ref WireReader input, IKeySource? keys)
    {
        var start = input.Position;
        var kind = (MessageKind)input.Byte();
        var round = input.Number();
        switch (kind)
        {
            case MessageKind.Listed:
                return new ListedReply(round, StateCodec.ReadFloor(ref input), ReadListed(ref input, keys), ReadOptionalKey(ref input, keys));
            case MessageKind.Differing:
                return new DigestReply(round, ReadSlots(ref input));
            case MessageKind.KeyPage:
                return new KeysReply(round, ReadEntries(ref input, keys), input.Flag());
            case MessageKind.FloorRaised:
                return new FloorReply(round);
            case MessageKind.Held:
                return new HoldsReply(round, ReadFlags(ref input));
            case MessageKind.Purged:
                return new PurgedReply(round, ReadUpTo(ref input, OneSlotRequest.MaxKeys, "purged registers"));
            case MessageKind.Repaired:
                return new RepairedReply(round, input.Flag());
            case MessageKind.Stale:
                return new StaleSlotReply(round, ClusterMapCodec.Read(ref input));
            default:
                throw WireReader.Fault(start, "a slot reply of unknown kind");
        }
    }

    private static void Write(ref WireWriter output, in ListedRegister register)
    {
        output.Bytes(register.Key.Utf8);
        StateCodec.Write(ref output, register.Promised);
        StateCodec.Write(ref output, register.Accepted);
        if (register.Accepted.IsZero)
            return;
        output.Byte((byte)((register.IsTombstone ? IsTombstone : 0) | (register.IsCorrupt ? IsCorrupt : 0)));
        output.Fixed64(register.StateHash);
    }

    private static ImmutableArray<ListedRegister> ReadListed(ref WireReader input, IKeySource? keys)
    {
        var listed = ImmutableArray.CreateBuilder<ListedRegister>(input.Count(OneSlotRequest.MaxKeys, LeastListed, "registers"));
        while (listed.Count < listed.Capacity)
        {
            var key = ReadKey(ref input, keys);
            var promised = StateCodec.ReadBallot(ref input);
            var accepted = StateCodec.ReadBallot(ref input);
            if (accepted.IsZero)
            {
                listed.Add(new ListedRegister(key, promised, accepted, 0, false, false));
                continue;
            }

            var at = input.Position;
            var flags = input.Byte();
            if ((flags & ~(IsTombstone | IsCorrupt)) != 0)
                throw WireReader.Fault(at, "unknown register flags");
            listed.Add(new ListedRegister(key, promised, accepted, input.Fixed64(), (flags & IsTombstone) != 0, (flags & IsCorrupt) != 0));
        }

        return listed.MoveToImmutable();
    }

    private static void Write(ref WireWriter output, in KeyEntry entry)
    {
        output.Bytes(entry.Key.Utf8);
        StateCodec.Write(ref output, entry.Accepted);
        var expires = entry.Expiry != HybridTimestamp.Zero;
        output.Byte((byte)((entry.IsTombstone ? IsTombstone : 0) | (expires ? Expires : 0)));
        if (expires)
            output.Number(entry.Expiry.Value);
    }

    private static ImmutableArray<KeyEntry> ReadEntries(ref WireReader input, IKeySource? keys)
    {
        var entries = ImmutableArray.CreateBuilder<KeyEntry>(input.Count(KeysRequest.MaxEntries, LeastEntry, "keys"));
        while (entries.Count < entries.Capacity)
        {
            var key = ReadKey(ref input, keys);
            var accepted = StateCodec.ReadBallot(ref input);
            var at = input.Position;
            var flags = input.Byte();
            if ((flags & ~(IsTombstone | Expires)) != 0)
                throw WireReader.Fault(at, "unknown key flags");
            var expiry = (flags & Expires) != 0 ? new HybridTimestamp(input.Number()) : HybridTimestamp.Zero;
            entries.Add(new KeyEntry(key, accepted, (flags & IsTombstone) != 0, expiry));
        }

        return entries.MoveToImmutable();
    }

    private static ImmutableArray<Slot> ReadSlots(ref WireReader input)
    {
        var slots = ImmutableArray.CreateBuilder<Slot>(input.Count(Slot.Count, 1, "slots"));
        while (slots.Count < slots.Capacity)
            slots.Add(ReadSlot(ref input));
        return slots.MoveToImmutable();
    }

    private static ImmutableArray<bool> ReadFlags(ref WireReader input)
    {
        var flags = ImmutableArray.CreateBuilder<bool>(input.Count(OneSlotRequest.MaxKeys, 1, "answers"));
        while (flags.Count < flags.Capacity)
            flags.Add(input.Flag());
        return flags.MoveToImmutable();
    }
}
