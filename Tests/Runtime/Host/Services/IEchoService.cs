using Orleans.Services;

namespace Orleans.Kv.Tests.Runtime.Host.Services;

public interface IEchoService : IGrainService
{
    Task<SiloAddress> WhoAnswers();
}
