namespace Orleans.Kv.Consensus;

/// <summary>
/// The acceptor of CASPaxos (Rystsov, "CASPaxos: Replicated State Machines without logs", 2018), one register per key, as pure functions:
/// (map, register, floor, request) in, (new register, reply) out. It keeps two promises on which all else rests: what was promised never falls, and what
/// was accepted is never replaced by something lower.
/// <para>The duties of the shell, the replica of a silo:</para>
/// <list type="number">
/// <item>Handle the messages for one key one at a time, in the order in which they arrive; keep the register of one message for the next.</item>
/// <item>When <see cref="AcceptorStep.Changed"/>, make the register durable, then release the reply. A reply that changed nothing, but was computed from a
/// register still being saved, waits for that save as well: it tells of a promise that a crash could still take back.</item>
/// <item>Pass the slot's floor with every request: it stands in for the promise of a register that is absent (<see cref="Register.Absent"/>), and a Prepare tells it
/// in any case. A register that is present goes by its own promise; else every purge would void the leases of all keys of its slot.</item>
/// <item>On <see cref="AcceptorStep.NeedsNewerMap"/>, get the newer map, make its epoch durable, and handle the request again under it. The epoch of a node
/// never falls, not even over a restart: a node that acknowledged an epoch has sealed the older ones.</item>
/// <item>A node that has lost its registers must not answer under its old <see cref="StoreId"/>.</item>
/// <item>On <see cref="InvariantViolationException"/>, stop the node without answering.</item>
/// </list>
/// </summary>
public static class Acceptor
{
    public static AcceptorStep Handle(ClusterMap map, in Register register, in Floor floor, Request request)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(request);

        // A message of an older epoch is refused whatever its ballot: its sender does not know where the key's states are by now. Answering a newer one
        // under the older map would break the seal that the migrator counts on ("r nodes of each older generation have acknowledged the epoch").
        if (request.Epoch < map.Epoch)
            return new AcceptorStep(register, changed: false, new StaleEpochReply(request.Round, map));
        if (request.Epoch > map.Epoch)
            return AcceptorStep.Unanswered(register, Silence.NeedsNewerMap);

        return request switch
        {
            AcceptRequest accept => Accept(register, floor, accept),
            ReadRequest read => Read(register, read),
            PrepareRequest prepare => Prepare(register, floor, prepare),
            _ => throw new ArgumentException($"unknown request {request.GetType().Name}", nameof(request)),
        };
    }

    private static AcceptorStep Prepare(in Register register, in Floor floor, PrepareRequest request)
    {
        // Strictly above the promise: an equal ballot was promised by an Accept's "next" and belongs to a proposer that may use it without preparing,
        // or this is a duplicate. The accepted ballot never exceeds the promise (Accept raises both), so it needs no test of its own, but the
        // rule is stated as the design states it, and costs nothing.
        var promised = PromisedBy(register, floor);
        if (request.Ballot <= promised || request.Ballot <= register.Accepted)
            return Refuse(register, request.Round, request.Ballot, Ballot.Higher(promised, register.Accepted));

        var reply = new PromisedReply(request.Round, request.Ballot, register.Accepted, register.State, floor);
        return new AcceptorStep(register with { Promised = request.Ballot }, changed: true, reply);
    }

    private static AcceptorStep Accept(in Register register, in Floor floor, AcceptRequest request)
    {
        // A repeat of what is accepted here is answered again even where "next" or another proposer has raised the promise since: the vote was cast when
        // the state was stored, and the lost reply was its only flaw. One ballot with two states is the fault that nothing can repair.
        if (register.State is not null && request.Ballot == register.Accepted)
        {
            if (!register.State.Equals(request.State))
                throw new InvariantViolationException($"two states under ballot {request.Ballot} of key hash {request.Key.Hash:x16}");

            var raised = Ballot.Higher(register.Promised, request.Next);
            return new AcceptorStep(
                register with { Promised = raised }, raised != register.Promised, new AcceptedReply(request.Round, request.Ballot));
        }

        // Against the promise, not against the accepted ballot (scylladb#6139): a prepare that saw this register must be able to rely on it.
        var promised = PromisedBy(register, floor);
        if (request.Ballot < promised)
            return Refuse(register, request.Round, request.Ballot, promised);

        // The accept raises the promise at least to its own ballot; otherwise a lower accept that was promised earlier could replace this state.
        var accepted = new Register(Ballot.Higher(request.Ballot, request.Next), request.Ballot, request.State);
        return new AcceptorStep(accepted, changed: true, new AcceptedReply(request.Round, request.Ballot));
    }

    private static AcceptorStep Read(in Register register, ReadRequest request)
    {
        var state = register.Accepted == request.Known ? null : register.State;
        return new AcceptorStep(register, changed: false, new ReadReply(request.Round, register.Accepted, state));
    }

    private static Ballot PromisedBy(in Register register, in Floor floor) => register.IsAbsent ? floor.Ballot : register.Promised;

    private static AcceptorStep Refuse(in Register register, long round, Ballot ballot, Ballot promised) =>
        new(register, changed: false, new RefusedReply(round, ballot, promised));
}
