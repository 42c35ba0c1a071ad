using Orleans.Services;

namespace Orleans.Kv.Tests.Runtime.Host.Services;

public interface IEchoServiceClient : IGrainServiceClient<IEchoService>
{
    Task<SiloAddress> WhoAnswers(SiloAddress silo);
}
