namespace Orleans.Kv.Consensus;

/// <summary>
/// The proposer of one key.
/// </summary>
public sealed partial class Proposer
{
    public Proposer(Key key, ProposerId id, ClusterMap map, NodeId self, ProposerOptions options, ulong seed) => throw new NotImplementedException();

    public Key Key => throw new NotImplementedException();
    public ProposerId Id => throw new NotImplementedException();
    public ClusterMap Map => throw new NotImplementedException();

    /// <summary>What is to be sent and answered; drain and clear it after every call.</summary>
    public ProposerEffects Effects => throw new NotImplementedException();

    /// <summary>No operation is waiting and no round is under way.</summary>
    public bool IsIdle => throw new NotImplementedException();

    /// <summary>When <see cref="Tick"/> must be called, in <see cref="Moment.Ticks"/>; <see cref="Moment.Never"/> while idle. Look again after every call.</summary>
    public long WakeAt => throw new NotImplementedException();

    /// <summary>Takes an operation on. It is answered exactly once, by <paramref name="giveUpAt"/> (in ticks) at the latest.</summary>
    public void Submit(Operation operation, object? ticket, long giveUpAt, in Moment now) => throw new NotImplementedException();

    public void Receive(NodeId node, Reply reply, in Moment now) => throw new NotImplementedException();

    /// <summary>The transport says that no answer to that round's request will come from the node.</summary>
    public void Fail(NodeId node, long round, in Moment now) => throw new NotImplementedException();

    public void Tick(in Moment now) => throw new NotImplementedException();

    public void ChangeMap(ClusterMap map, in Moment now) => throw new NotImplementedException();

    /// <summary>Answers all that waits, as not done or unknown; nothing is sent afterwards.</summary>
    public void Close() => throw new NotImplementedException();
}
