namespace Orleans.Configuration;

/// <summary>How silos find out who is alive. The defaults suit a fleet; one machine can afford much shorter times.</summary>
public class ClusterMembershipOptions
{
    /// <summary>Whether suspicions have consequences. Only a debugging session turns this off.</summary>
    public bool LivenessEnabled { get; set; } = true;

    /// <summary>How long a probe may take, and how often one is sent to each monitored silo.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>After so many missed probes in a row a silo is suspected.</summary>
    public int NumMissedProbesLimit { get; set; } = 3;

    /// <summary>How many others each silo probes.</summary>
    public int NumProbedSilos { get; set; } = 10;

    /// <summary>So many fresh votes declare a silo dead, or as many as there are other living silos, if those are fewer.</summary>
    public int NumVotesForDeathDeclaration { get; set; } = 2;

    /// <summary>A vote older than this no longer counts.</summary>
    public TimeSpan DeathVoteExpirationTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often the table is read where nothing else gives a reason to.</summary>
    public TimeSpan TableRefreshTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a silo writes into its row that it is alive.</summary>
    public TimeSpan IAmAliveTablePublishTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A row without sign of life for so many publish periods is stale: who joins does not wait for its silo, and declares it dead.</summary>
    public int NumMissedTableIAmAliveLimit { get; set; } = 3;

    /// <summary>How long a silo tries to join before it gives up.</summary>
    public TimeSpan MaxJoinAttemptTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether silos tell each other about changes, instead of waiting for the next read of the table.</summary>
    public bool UseLivenessGossip { get; set; } = true;

    /// <summary>Whether, before the last missed probe becomes a vote, another silo is asked to probe the suspect.</summary>
    public bool EnableIndirectProbes { get; set; } = true;

    /// <summary>Whether a silo that stays joining for longer than <see cref="MaxJoinAttemptTime"/> is declared dead by the others.</summary>
    public bool EvictWhenMaxJoinAttemptTimeExceeded { get; set; } = true;

    /// <summary>How often rows of silos that died long ago are deleted; null for never.</summary>
    public TimeSpan? DefunctSiloCleanupPeriod { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a dead silo's row is kept for whoever wants to know what happened.</summary>
    public TimeSpan DefunctSiloExpiration { get; set; } = TimeSpan.FromDays(7);
}
