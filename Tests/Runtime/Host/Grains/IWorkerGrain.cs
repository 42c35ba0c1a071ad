namespace Orleans.Kv.Tests.Runtime.Host.Grains;

/// <summary>A stateless worker with at most <see cref="WorkerGrain.MostPerSilo"/> activations in a silo.</summary>
public interface IWorkerGrain : IGrainWithIntegerKey
{
    /// <summary>Works for that long; returns the silo and how many worked in it at once when this one began.</summary>
    Task<WorkerReport> Work(TimeSpan time);

    /// <summary>Asks each of those grains which activation answers, from inside this silo.</summary>
    Task<Guid[]> InstancesOf(string[] keys);

    /// <summary>Which silos' workers answer when this silo asks that often.</summary>
    Task<SiloAddress[]> AskWorkers(int times);

    /// <summary>Who answers when the grain service of that silo is asked.</summary>
    Task<SiloAddress> AskService(SiloAddress silo);
}
