namespace Orleans.Runtime.Management;

/// <summary>What management asks of single silos, this one included. Fails where the silo does not answer.</summary>
internal interface ISiloControl
{
    Task<IReadOnlyList<SimpleGrainStatistic>> CountActivations(SiloAddress silo);

    Task<IReadOnlyList<DetailedGrainStatistic>> ListActivations(SiloAddress silo);

    /// <summary>Deactivates what has been idle for that long; returns when it is done.</summary>
    Task CollectActivations(SiloAddress silo, TimeSpan ageLimit);
}
