using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Availability;

/// <summary>
/// What the silos that answered know of one key, put together: the newest of their copies, and all pending writes that any of them keeps. Copies go by their ballots, as in
/// the protocol; what was written without a quorum goes by the stamps of the writes, as it will when it is merged. One thread at a time.
/// </summary>
internal sealed class KnownCopies
{
    private readonly List<PendingWrite> _pending = [];
    private Ballot _accepted;

    /// <summary>The newest copy; null where nobody that answered has one, or nobody answered.</summary>
    public RegisterState? State { get; private set; }

    /// <summary>At least one of the key's replicas has answered.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>The newest copy comes from a silo that has missed nothing, as far as it knows.</summary>
    public bool IsInSync { get; private set; }

    /// <summary>The operation that was asked for was accepted as a pending write before.</summary>
    public bool IsAccepted { get; set; }

    /// <summary>In no order.</summary>
    public IReadOnlyList<PendingWrite> Pending => _pending;

    /// <summary>The stamp of the write that made the newest copy.</summary>
    public WriteStamp Written => State?.Written ?? WriteStamp.None;

    /// <summary>The newest pending write, where it is newer than the newest copy and not merged into it: what a read sees. Null where the copy is.</summary>
    public PendingWrite? Newest
    {
        get
        {
            PendingWrite? newest = null;
            foreach (var write in _pending)
            {
                if (write.Stamp > (newest?.Stamp ?? Written) && !IsPartOf(State, write)) newest = write;
            }

            return newest;
        }
    }

    public void Add(Ballot accepted, RegisterState? state, bool inSync)
    {
        if (!IsKnown || accepted > _accepted)
        {
            _accepted = accepted;
            State = state;
            IsInSync = inSync;
        }
        else if (accepted == _accepted)
        {
            IsInSync |= inSync;
        }

        IsKnown = true;
    }

    public void Add(PendingWrite write)
    {
        if (!_pending.Exists(known => known.Stamp == write.Stamp)) _pending.Add(write);
    }

    /// <summary>The copy holds the write's effect, whatever became of it since: it was merged, or it was carried out the ordinary way.</summary>
    private static bool IsPartOf(RegisterState? state, PendingWrite write) =>
        state is not null && (state.Divergence?.HasMerged(write.Stamp) == true || HasTaken(state, write.OperationId));

    /// <summary>The operation has changed the state, or an earlier one that it follows.</summary>
    public static bool HasTaken(RegisterState state, OperationId operation) => state.Memory.TryFind(operation, out var remembered) && remembered.TookEffect;

    /// <summary>The operation was accepted as pending, and has been merged: whether it won or lost, a retry is to be answered as its first copy was.</summary>
    public static bool HasMerged(RegisterState? state, OperationId operation) =>
        state is not null && state.Memory.TryFind(operation, out var remembered) && remembered.IsMerge;
}
