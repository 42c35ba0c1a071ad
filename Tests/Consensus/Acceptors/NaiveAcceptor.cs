using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Acceptors;

/// <summary>
/// The acceptor once more, written as dumbly as can be: it keeps every ballot it ever promised and every state it ever accepted, and derives the rest.
/// </summary>
internal sealed class NaiveAcceptor(Floor floor)
{
    private readonly List<Ballot> _promises = [floor.Ballot];
    private readonly List<(Ballot Ballot, RegisterState State)> _accepts = [];

    public Ballot Promised => _promises.Max();

    public (Ballot Ballot, RegisterState? State) Accepted => _accepts.Count == 0 ? (default, null) : _accepts.MaxBy(static accept => accept.Ballot);

    /// <summary>The reply in words; "broken" where two states meet under one ballot.</summary>
    public string Handle(Request request)
    {
        switch (request)
        {
            case PrepareRequest prepare when _promises.TrueForAll(promise => prepare.Ballot > promise):
                _promises.Add(prepare.Ballot);
                return Show("promised", prepare.Ballot, Accepted.Ballot, Accepted.State?.Hash);
            case PrepareRequest prepare:
                return Show("refused", prepare.Ballot, Promised);
            case AcceptRequest accept when _accepts.Count > 0 && Accepted.Ballot == accept.Ballot:
                if (Accepted.State!.Hash != accept.State.Hash)
                    return "broken";
                _promises.Add(accept.Next);
                return Show("accepted", accept.Ballot);
            case AcceptRequest accept when _promises.TrueForAll(promise => accept.Ballot >= promise):
                _promises.Add(accept.Ballot);
                _promises.Add(accept.Next);
                _accepts.Add((accept.Ballot, accept.State));
                return Show("accepted", accept.Ballot);
            case AcceptRequest accept:
                return Show("refused", accept.Ballot, Promised);
            case ReadRequest read:
                return Show("read", Accepted.Ballot, read.Known == Accepted.Ballot ? null : Accepted.State?.Hash);
            default:
                throw new InvalidOperationException();
        }
    }

    public static string Show(Reply reply) => reply switch
    {
        PromisedReply promised => Show("promised", promised.Ballot, promised.Accepted, promised.State?.Hash),
        AcceptedReply accepted => Show("accepted", accepted.Ballot),
        RefusedReply refused => Show("refused", refused.Ballot, refused.Promised),
        ReadReply read => Show("read", read.Accepted, read.State?.Hash),
        _ => throw new InvalidOperationException(),
    };

    private static string Show(params object?[] parts) => string.Join(' ', parts);
}
