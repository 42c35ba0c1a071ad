using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Proposers;

/// <summary>What a write and a read cost when nothing is in their way: counted, since the whole store's speed rests on it.</summary>
public sealed class WarmPathTests
{
    private static readonly ClusterMap Map = Maps.Stable(WriteQuorum.Majority, 3);
    private readonly Register[] _registers = new Register[3];
    private readonly Proposer _proposer = new(Samples.Key, new ProposerId(1, 1), Map, Map[Samples.Key].Nodes[0], ProposerOptions.Default, seed: 1);
    private readonly List<Send> _sends = new(16);
    private int _answers;
    private int _requests;

    [Fact]
    public void WarmWrite_IsOneAcceptPerReplica()
    {
        Write(1);
        _requests = 0;
        Write(2);
        Assert.Equal((3, 2), (_requests, _answers));
    }

    [Fact]
    public void WarmRead_AsksTwoReplicas_AndMovesNoState()
    {
        Write(1);
        _requests = 0;
        Read(2);
        Assert.Equal((2, 2), (_requests, _answers));
    }

    /// <summary>
    /// Pending, state, memory with two arrays, accept, outcome; and three replies, which elsewhere the replicas pay for. About 1 KB; a regression that
    /// allocates per replica or per queue entry shows at once.
    /// </summary>
    [Fact]
    public void WarmWrite_AllocatesLittle()
    {
        for (var i = 1; i <= 100; i++)
            Write(i);
        var before = GC.GetAllocatedBytesForCurrentThread();
        const int writes = 1_000;
        for (var i = 101; i <= 100 + writes; i++)
            Write(i);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / writes;
        Assert.InRange(each, 1, 1_500);
    }

    private void Write(long number) => Run(Samples.Operation(OperationKind.Store, 1, number, "value", mark: number));

    private void Read(long number) => Run(Samples.Operation(OperationKind.Fetch, 1, number));

    private void Run(Operation operation)
    {
        var now = new Moment(operation.Id.Number, operation.Id.Number);
        _proposer.Submit(operation, null, Moment.Never, now);
        while (!_proposer.Effects.IsEmpty)
        {
            _sends.Clear();
            foreach (var send in _proposer.Effects.Sends)
                _sends.Add(send);
            _answers += _proposer.Effects.Answers.Length;
            _proposer.Effects.Clear();
            _requests += _sends.Count;
            foreach (var send in _sends)
            {
                var index = Map[Samples.Key].IndexOf(send.Node);
                var step = Acceptor.Handle(Map, _registers[index], Floor.None, send.Request);
                _registers[index] = step.Register;
                _proposer.Receive(send.Node, step.Reply!, now);
            }
        }
    }
}
