using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>
/// What a state remembers of recent operations: outcomes in order of id, and marks in order of origin. Immutable. It holds about as many entries as
/// operations are in flight on the key; <see cref="MaxEntries"/> is what the codec lets in.
/// </summary>
public sealed class OperationMemory : IEquatable<OperationMemory>
{
    /// <summary>The most entries of either kind that any state may have: a bound for decoders, above every proposer's own bound.</summary>
    public const int MaxEntries = 16_384;

    public static readonly OperationMemory Empty = new([], []);

    /// <exception cref="ArgumentException">The entries are not strictly in order, or too many.</exception>
    public OperationMemory(ImmutableArray<RememberedOutcome> outcomes, ImmutableArray<OriginMark> marks)
    {
        if (outcomes.Length > MaxEntries || marks.Length > MaxEntries)
            throw new ArgumentException($"a state remembers at most {MaxEntries} outcomes and marks");
        for (var i = 1; i < outcomes.Length; i++)
        {
            if (outcomes[i - 1].Id >= outcomes[i].Id)
                throw new ArgumentException("remembered outcomes must be in order of id, each once", nameof(outcomes));
        }

        for (var i = 1; i < marks.Length; i++)
        {
            if (marks[i - 1].Origin >= marks[i].Origin)
                throw new ArgumentException("marks must be in order of origin, each once", nameof(marks));
        }

        Outcomes = outcomes;
        Marks = marks;
    }

    public ImmutableArray<RememberedOutcome> Outcomes { get; }

    public ImmutableArray<OriginMark> Marks { get; }

    public int Count => Outcomes.Length + Marks.Length;

    /// <summary>The latest deadline remembered in any form: purging must raise the stamp floor above it.</summary>
    public HybridTimestamp LatestDeadline
    {
        get
        {
            var latest = HybridTimestamp.Zero;
            foreach (var outcome in Outcomes)
                latest = HybridTimestamp.Later(latest, outcome.Deadline);
            foreach (var mark in Marks)
                latest = HybridTimestamp.Later(latest, mark.Guard);
            return latest;
        }
    }

    public bool TryFind(OperationId id, out RememberedOutcome outcome)
    {
        int low = 0, high = Outcomes.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = Outcomes[middle].Id.CompareTo(id);
            if (order == 0)
            {
                outcome = Outcomes[middle];
                return true;
            }

            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        outcome = default;
        return false;
    }

    /// <summary>The origin's mark, or zero.</summary>
    public long MarkOf(OriginId origin)
    {
        int low = 0, high = Marks.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = Marks[middle].Origin.CompareTo(origin);
            if (order == 0)
                return Marks[middle].Mark;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return 0;
    }

    public bool Equals(OperationMemory? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Outcomes.AsSpan().SequenceEqual(other.Outcomes.AsSpan()) && Marks.AsSpan().SequenceEqual(other.Marks.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as OperationMemory);

    public override int GetHashCode() => HashCode.Combine(Outcomes.Length, Marks.Length);

    public override string ToString() => $"remembers {Outcomes.Length}, marks {Marks.Length}";

    internal void AppendTo(ref Xxh64 hash)
    {
        Span<byte> bytes = stackalloc byte[6 * sizeof(long)];
        hash.Append(Outcomes.Length);
        foreach (var outcome in Outcomes)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, outcome.Id.Origin.High);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], outcome.Id.Origin.Low);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], outcome.Id.Number);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], outcome.Deadline.Value);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], (long)outcome.Code);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[40..], outcome.Version);
            hash.Append(bytes);
        }

        hash.Append(Marks.Length);
        foreach (var mark in Marks)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, mark.Origin.High);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], mark.Origin.Low);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], mark.Mark);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], mark.Guard.Value);
            hash.Append(bytes[..32]);
        }
    }
}
