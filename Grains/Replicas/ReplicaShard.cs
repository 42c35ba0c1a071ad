using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Storage;

namespace Orleans.Kv.Grains.Replicas;

/// <summary>
/// A part of the store: the registers of some keys. One thread at a time, whoever comes: a request takes less than a microsecond, which is
/// less than handing it to another thread would cost.
/// </summary>
internal sealed class ReplicaShard(IRegisterLog log)
{
    // A register's ballots, its entry in the table and the objects of its state: what a key costs beside its bytes.
    private const int FixedBytes = 350;

    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Register> _registers = new(Key.Comparer);
    private long _keys;
    private long _bytes;

    public long Keys => Interlocked.Read(ref _keys);

    public long Bytes => Interlocked.Read(ref _bytes);

    public ValueTask Flush(long position) => log.Flush(position);

    /// <summary>
    /// Handles one request. Its reply must not leave before <see cref="Flush"/> of the position returned, which covers the register's change and
    /// every earlier one it was computed from. With <paramref name="mayGrow"/> false a request that needs more memory gets no reply.
    /// </summary>
    public Reply? Handle(ClusterMap map, Request request, bool mayGrow, out long position)
    {
        lock (_gate)
        {
            ref var register = ref CollectionsMarshal.GetValueRefOrNullRef(_registers, request.Key);
            var known = !Unsafe.IsNullRef(ref register);
            var step = Acceptor.Handle(map, known ? register : Register.Absent, Floor.None, request);
            position = log.Position;
            if (!step.Changed) return step.Reply;

            var growth = known
                ? ValueBytes(step.Register) - ValueBytes(register)
                : ValueBytes(step.Register) + request.Key.Utf8.Length + FixedBytes;
            if (growth > 0 && !mayGrow) return null;

            Interlocked.Add(ref _bytes, growth);
            Interlocked.Add(ref _keys, Exists(step.Register) - (known ? Exists(register) : 0));
            log.Append(request.Key, step.Register);
            position = log.Position;
            if (known) register = step.Register;
            else _registers.Add(request.Key, step.Register);
            return step.Reply;
        }
    }

    /// <summary>The key object of these bytes, where the shard has one.</summary>
    public Key? Find(ReadOnlySpan<byte> utf8)
    {
        lock (_gate)
        {
            return _registers.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(utf8, out var key, out _) ? key : null;
        }
    }

    private static int ValueBytes(in Register register) => register.State?.Value.Length ?? 0;

    private static int Exists(in Register register) => register.State is { IsTombstone: false } ? 1 : 0;
}
