namespace Orleans.Kv.Tests.Runtime.Host.Grains;

/// <summary>Collected soon after its last call.</summary>
public interface IIdleGrain : IGrainWithStringKey
{
    Task<Guid> Instance();
}
