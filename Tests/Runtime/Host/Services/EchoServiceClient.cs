using Orleans.Runtime.Services;

namespace Orleans.Kv.Tests.Runtime.Host.Services;

public sealed class EchoServiceClient(IServiceProvider services) : GrainServiceClient<IEchoService>(services), IEchoServiceClient
{
    public Task<SiloAddress> WhoAnswers(SiloAddress silo) => GetGrainService(silo).WhoAnswers();
}
