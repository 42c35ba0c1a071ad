namespace Orleans.Runtime.MembershipService;

/// <summary>
/// What membership asks of messaging. Probes take the way that grain calls take, so that an answer shows that the silo serves calls,
/// not merely that its kernel accepts connections.
/// </summary>
internal interface IMembershipTransport
{
    /// <summary>A connection to this silo was refused or broke. A hint to probe now; may come often, or for a silo nobody watches.</summary>
    event Action<SiloAddress>? ConnectionLost;

    /// <summary>Asks a silo for a sign of life. Never throws, never takes much longer than the timeout.</summary>
    Task<ProbeOutcome> Probe(SiloAddress silo, TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Asks another silo to probe a third one. <see cref="ProbeOutcome.Unknown"/> where the go-between itself does not answer.</summary>
    Task<ProbeOutcome> ProbeThrough(SiloAddress goBetween, SiloAddress silo, TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Tells a silo that the table has reached this version. Best effort: completes when sent or given up.</summary>
    Task Gossip(SiloAddress silo, MembershipVersion version);
}
