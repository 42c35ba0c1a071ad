using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.GrainDirectory;
using Orleans.Services;

namespace Orleans.Runtime.Services;

/// <summary>Base of the clients of a grain service: finds the service on a silo.</summary>
public abstract class GrainServiceClient<TGrainService> : IGrainServiceClient<TGrainService>
    where TGrainService : IGrainService
{
    /// <summary>References kept; there are few silos, but over a long life many instances of them.</summary>
    private const int MaxKept = 256;
    private readonly ConcurrentDictionary<SiloAddress, TGrainService> _services = new();
    private readonly GrainReferenceActivator _references;
    private readonly GrainDirectoryService _directory;
    private readonly SiloAddress _self;
    private readonly GrainType _type;

    protected GrainServiceClient(IServiceProvider serviceProvider)
    {
        _references = serviceProvider.GetRequiredService<GrainReferenceActivator>();
        _directory = serviceProvider.GetRequiredService<SiloRuntime>().Directory;
        _self = serviceProvider.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        _type = GrainServiceIds.TypeOf(typeof(TGrainService));
    }

    protected GrainReference CurrentGrainReference => RuntimeContext.Current?.GrainReference!;

    /// <summary>The service of one silo.</summary>
    protected TGrainService GetGrainService(SiloAddress destination)
    {
        if (_services.TryGetValue(destination, out var known))
        {
            return known;
        }

        if (_services.Count >= MaxKept)
        {
            _services.Clear();
        }

        var reference = _references.CreateReference(GrainServiceIds.IdOf(_type, destination), typeof(TGrainService));
        return _services.GetOrAdd(destination, (TGrainService)(object)reference);
    }

    /// <summary>The service that is responsible for a grain: the one where the grain's directory entry is kept.</summary>
    protected TGrainService GetGrainService(GrainId callingGrainId) =>
        GetGrainService(_directory.View.OwnerOf(callingGrainId) ?? _self);

    protected TGrainService GetGrainService(uint key) =>
        GetGrainService(_directory.View.Active is { Length: > 0 } active ? active[key % (uint)active.Length] : _self);
}
