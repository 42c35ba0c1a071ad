using Orleans.Kv.Tests.Runtime.Host.Placement;

namespace Orleans.Kv.Tests.Runtime.Host.Grains;

[NamedSiloPlacement, Reentrant]
public sealed class PlacedGrain(ISiloStatusOracle silos) : Grain, IPlacedGrain
{
    public Task<SiloAddress> Silo() => Task.FromResult(silos.SiloAddress);

    public Task<Guid> InstanceOf(string key) => GrainFactory.GetGrain<ILifeGrain>(key).Instance();

    public Task<SiloAddress> Ask(string key) => GrainFactory.GetGrain<IPlacedGrain>(key).Silo();

    public Task<byte[]> Echo(byte[] payload) => Task.FromResult(payload);

    public Task<SiloStatus> StatusOf(SiloAddress silo) => Task.FromResult(silos.GetApproximateSiloStatus(silo));
}
