using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

// Slot requests, field by field.
public static partial class SlotCodec
{
    // A length, one byte of key, an empty ballot.
    private const int LeastKeyAtBallot = 3;
    private const int LeastDigest = 1 + sizeof(ulong);

    private static MessageKind KindOf(SlotRequest request) => request switch
    {
        ListRequest => MessageKind.List,
        DigestRequest => MessageKind.Digest,
        KeysRequest => MessageKind.Keys,
        FloorRequest => MessageKind.Floor,
        HoldsRequest => MessageKind.Holds,
        PurgeRequest => MessageKind.Purge,
        RepairRequest => MessageKind.Repair,
        _ => throw new ArgumentException($"unknown request {request.GetType().Name}", nameof(request)),
    };

    private static void WriteFields(ref WireWriter output, SlotRequest request)
    {
        switch (request)
        {
            case ListRequest list:
                WriteOptional(ref output, list.After);
                output.Number(list.Limit);
                break;
            case DigestRequest digests:
                output.Number(digests.Digests.Length);
                foreach (var (slot, digest) in digests.Digests)
                {
                    output.Number(slot.Index);
                    output.Fixed64(digest);
                }

                break;
            case KeysRequest keys:
                WriteOptional(ref output, keys.Prefix);
                WriteOptional(ref output, keys.After);
                output.Number(keys.Limit);
                break;
            case FloorRequest raise:
                StateCodec.Write(ref output, raise.Floor);
                break;
            case HoldsRequest holds:
                StateCodec.Write(ref output, holds.Floor);
                Write(ref output, holds.Keys);
                break;
            case PurgeRequest purge:
                Write(ref output, purge.Keys);
                break;
            case RepairRequest repair:
                output.Bytes(repair.Key.Utf8);
                StateCodec.Write(ref output, repair.Ballot);
                StateCodec.Write(ref output, repair.State);
                break;
        }
    }

    private static SlotRequest ReadOneRequest(ref WireReader input, IKeySource? keys)
    {
        var start = input.Position;
        var kind = (MessageKind)input.Byte();
        var round = input.Number();
        var epoch = new Epoch(input.Number());
        if (kind == MessageKind.Digest)
            return new DigestRequest(epoch, round, ReadDigests(ref input));
        if (kind == MessageKind.Keys)
            return new KeysRequest(epoch, round, ReadOptionalKey(ref input, keys), ReadOptionalKey(ref input, keys), (int)Math.Min(input.Number(), int.MaxValue));
        var slot = ReadSlot(ref input);
        switch (kind)
        {
            case MessageKind.List:
                return new ListRequest(slot, epoch, round, ReadOptionalKey(ref input, keys), (int)Math.Min(input.Number(), int.MaxValue));
            case MessageKind.Floor:
                return new FloorRequest(slot, epoch, round, StateCodec.ReadFloor(ref input));
            case MessageKind.Holds:
                return new HoldsRequest(slot, epoch, round, StateCodec.ReadFloor(ref input), ReadKeys(ref input, keys));
            case MessageKind.Purge:
                return new PurgeRequest(slot, epoch, round, ReadKeys(ref input, keys));
            case MessageKind.Repair:
                return new RepairRequest(slot, epoch, round, ReadKey(ref input, keys), StateCodec.ReadBallot(ref input), StateCodec.ReadState(ref input));
            default:
                throw WireReader.Fault(start, "a slot request of unknown kind");
        }
    }

    private static void Write(ref WireWriter output, ImmutableArray<KeyAtBallot> keys)
    {
        output.Number(keys.Length);
        foreach (var (key, accepted) in keys)
        {
            output.Bytes(key.Utf8);
            StateCodec.Write(ref output, accepted);
        }
    }

    private static ImmutableArray<KeyAtBallot> ReadKeys(ref WireReader input, IKeySource? known)
    {
        var keys = ImmutableArray.CreateBuilder<KeyAtBallot>(input.Count(OneSlotRequest.MaxKeys, LeastKeyAtBallot, "keys"));
        while (keys.Count < keys.Capacity)
            keys.Add(new KeyAtBallot(ReadKey(ref input, known), StateCodec.ReadBallot(ref input)));
        return keys.MoveToImmutable();
    }

    private static ImmutableArray<SlotDigest> ReadDigests(ref WireReader input)
    {
        var digests = ImmutableArray.CreateBuilder<SlotDigest>(input.Count(Slot.Count, LeastDigest, "digests"));
        while (digests.Count < digests.Capacity)
            digests.Add(new SlotDigest(ReadSlot(ref input), input.Fixed64()));
        return digests.MoveToImmutable();
    }
}
