namespace Orleans;

/// <summary>Calls grains from outside the cluster (and from the services of a silo's own process).</summary>
public interface IClusterClient : IGrainFactory
{
    IServiceProvider ServiceProvider { get; }
}
