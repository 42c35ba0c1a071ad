using System.Runtime.InteropServices;

namespace Orleans.Kv.Consensus;

/// <summary>Ballots, floors and states, as all frames and the log on disk write them.</summary>
internal static class StateCodec
{
    private const byte Tombstone = 1;
    private const byte HasExpiry = 2;
    private const byte HasMemory = 4;
    private const byte HasType = 8;
    private const byte IsJson = 16;
    private const byte HasDivergence = 32;
    private const byte Lapsed = 64;
    private const byte AllFlags = 127;

    // The least bytes that an entry can take: what bounds the allocation for a claimed count.
    private const int LeastOutcome = 16 + 1 + 8 + 1 + 1;
    private const int LeastMark = 16 + 1 + 8;

    public static void Write(ref WireWriter output, in Ballot ballot)
    {
        output.Number(ballot.Epoch.Number);
        // Most ballots in a Read or a Promise of a fresh key are "none": one byte instead of eighteen.
        if (ballot.Epoch == Epoch.None)
            return;
        output.Number(ballot.Number);
        output.Fixed64(ballot.Proposer.Host);
        output.Number(checked((long)ballot.Proposer.Instance));
    }

    public static Ballot ReadBallot(ref WireReader input)
    {
        var epoch = new Epoch(input.Number());
        return epoch == Epoch.None
            ? Ballot.Zero
            : new Ballot(epoch, input.Number(), new ProposerId(input.Fixed64(), (ulong)input.Number()));
    }

    public static void Write(ref WireWriter output, in Floor floor)
    {
        Write(ref output, floor.Ballot);
        output.Number(floor.Version);
        output.Number(floor.Stamp.Value);
    }

    public static Floor ReadFloor(ref WireReader input) =>
        new(ReadBallot(ref input), input.Number(), new HybridTimestamp(input.Number()));

    public static void Write(ref WireWriter output, RegisterState state)
    {
        var json = string.Equals(state.ContentType, ContentTypes.Json, StringComparison.Ordinal);
        var flags = (state.IsTombstone ? Tombstone : 0)
            | (state.Expiry != HybridTimestamp.Zero ? HasExpiry : 0)
            | (state.Memory.Count > 0 ? HasMemory : 0)
            | (state.Divergence is not null ? HasDivergence : 0)
            | (state.IsLapsed ? Lapsed : 0)
            | (json ? IsJson : state.ContentType is not null ? HasType : 0);
        output.Byte((byte)flags);
        output.Number(state.Version);
        output.Fixed64((ulong)state.Stamp.Value);
        output.Fixed64((ulong)state.Modified.Value);
        if ((flags & HasExpiry) != 0)
            output.Fixed64((ulong)state.Expiry.Value);
        if ((flags & HasType) != 0)
            output.Text(state.ContentType!);
        if ((flags & HasMemory) != 0)
            Write(ref output, state.Memory);
        if ((flags & HasDivergence) != 0)
            DivergenceCodec.Write(ref output, state.Divergence!);
        if (!state.IsTombstone)
            output.Bytes(state.Value.Span);
    }

    public static RegisterState ReadState(ref WireReader input)
    {
        var start = input.Position;
        var flags = input.Byte();
        const int bothTypes = HasType | IsJson;
        if ((flags & ~AllFlags) != 0 || (flags & bothTypes) == bothTypes)
            throw WireReader.Fault(start, "unknown state flags");
        var tombstone = (flags & Tombstone) != 0;
        if (tombstone && (flags & (HasExpiry | bothTypes)) != 0)
            throw WireReader.Fault(start, "a tombstone with the properties of a value");
        if (!tombstone && (flags & Lapsed) != 0)
            throw WireReader.Fault(start, "a value that has lapsed");
        var version = input.Number();
        var stamp = ReadTime(ref input);
        var modified = ReadTime(ref input);
        var expiry = (flags & HasExpiry) != 0 ? ReadTime(ref input) : HybridTimestamp.Zero;
        if ((flags & HasExpiry) != 0 && expiry == HybridTimestamp.Zero)
            throw WireReader.Fault(start, "an expiry that is none");
        var type = (flags & IsJson) != 0 ? ContentTypes.Json
            : (flags & HasType) != 0 ? input.Text(RegisterState.MaxContentTypeBytes, "content type bytes")
            : null;
        var memory = (flags & HasMemory) != 0 ? ReadMemory(ref input) : OperationMemory.Empty;
        var divergence = (flags & HasDivergence) != 0 ? DivergenceCodec.Read(ref input) : null;
        var value = tombstone ? default : input.Value(RegisterState.MaxValueBytes, "value bytes");
        return new RegisterState(tombstone, value, type, version, modified, expiry, stamp, memory, divergence, (flags & Lapsed) != 0);
    }

    private static void Write(ref WireWriter output, OperationMemory memory)
    {
        output.Number(memory.Outcomes.Length);
        foreach (var outcome in memory.Outcomes)
        {
            Write(ref output, outcome.Id.Origin);
            output.Number(outcome.Id.Number);
            output.Fixed64((ulong)outcome.Deadline.Value);
            output.Byte((byte)outcome.Code);
            output.Number(outcome.Version);
        }

        output.Number(memory.Marks.Length);
        foreach (var mark in memory.Marks)
        {
            Write(ref output, mark.Origin);
            output.Number(mark.Mark);
            output.Fixed64((ulong)mark.Guard.Value);
        }
    }

    private static OperationMemory ReadMemory(ref WireReader input)
    {
        var start = input.Position;
        var outcomes = new RememberedOutcome[input.Count(OperationMemory.MaxEntries, LeastOutcome, "remembered outcomes")];
        for (var i = 0; i < outcomes.Length; i++)
        {
            var id = new OperationId(ReadOrigin(ref input), input.Number());
            var deadline = ReadTime(ref input);
            var at = input.Position;
            var code = (OutcomeCode)input.Byte();
            if (code is < OutcomeCode.Created or > OutcomeCode.Touched)
                throw WireReader.Fault(at, "an outcome of unknown kind");
            outcomes[i] = new RememberedOutcome(id, deadline, code, input.Number());
        }

        var marks = new OriginMark[input.Count(OperationMemory.MaxEntries, LeastMark, "marks")];
        for (var i = 0; i < marks.Length; i++)
            marks[i] = new OriginMark(ReadOrigin(ref input), input.Number(), ReadTime(ref input));

        if (outcomes.Length + marks.Length == 0)
            throw WireReader.Fault(start, "a memory of nothing");
        try
        {
            return new OperationMemory(ImmutableCollectionsMarshal.AsImmutableArray(outcomes), ImmutableCollectionsMarshal.AsImmutableArray(marks));
        }
        catch (ArgumentException)
        {
            throw WireReader.Fault(start, "remembered operations out of order");
        }
    }

    private static void Write(ref WireWriter output, OriginId origin)
    {
        output.Fixed64(origin.High);
        output.Fixed64(origin.Low);
    }

    private static OriginId ReadOrigin(ref WireReader input) => new(input.Fixed64(), input.Fixed64());

    internal static HybridTimestamp ReadTime(ref WireReader input)
    {
        var start = input.Position;
        var value = (long)input.Fixed64();
        return value >= 0 ? new HybridTimestamp(value) : throw WireReader.Fault(start, "a time before 1970");
    }
}
