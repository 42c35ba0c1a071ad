namespace Orleans.Kv.Tests.Runtime.Host.Grains;

/// <summary>Lives where its key says. Also the way to have something done by a certain silo.</summary>
public interface IPlacedGrain : IGrainWithStringKey
{
    Task<SiloAddress> Silo();

    Task<Guid> InstanceOf(string key);

    /// <summary>Calls another grain of this kind.</summary>
    Task<SiloAddress> Ask(string key);

    Task<byte[]> Echo(byte[] payload);

    /// <summary>The silo's own opinion.</summary>
    Task<SiloStatus> StatusOf(SiloAddress silo);
}
