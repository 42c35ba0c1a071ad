using Microsoft.Extensions.Logging;

namespace Orleans.Kv.Tests.Runtime.Host.Services;

/// <summary>One per silo. Says where it runs, once it has been started.</summary>
[Reentrant]
public sealed class EchoService(GrainId id, Silo silo, ILoggerFactory loggerFactory, ILocalSiloDetails details)
    : GrainService(id, silo, loggerFactory), IEchoService
{
    private bool _started;

    public override async Task Start()
    {
        await base.Start();
        _started = true;
    }

    public Task<SiloAddress> WhoAnswers() =>
        _started ? Task.FromResult(details.SiloAddress) : throw new InvalidOperationException("asked before it was started");
}
