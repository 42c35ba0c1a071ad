using Microsoft.Extensions.Logging;
using Orleans.Runtime.Messaging;

namespace Orleans.Runtime;

/// <summary>The observers of this process.</summary>
internal sealed class LocalObservers(
    string clientName, SiloAddress host, LocalTargets targets, GrainReferenceActivator references, IServiceProvider services, ILogger<LocalObservers> log)
    : IObserverHost
{
    public GrainId Register(IGrainObserver observer)
    {
        var id = ObserverIds.ObjectId(clientName, Guid.NewGuid());
        targets.Add(id, new ObserverContext(id, host, observer, references, services, log));
        return id;
    }

    public void Unregister(GrainId id) => targets.Remove(id);
}
