using System.Collections.Concurrent;
using Orleans.CodeGeneration;
using Orleans.Serialization;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>Makes references, for calls and for bodies that hold some.</summary>
internal sealed class GrainReferenceActivator(
    ProxyFactory proxies, Lazy<IGrainReferenceRuntime> runtime, GrainInterfaces interfaces, IServiceProvider services) : IReferenceBinder
{
    private readonly ConcurrentDictionary<(GrainType, Type), Maker> _makers = new();

    public GrainReference CreateReference(GrainId grainId, Type interfaceType) =>
        GetMaker(grainId.Type, interfaceType).Create(grainId.Key);

    public GrainReference Bind(GrainId grainId, GrainInterfaceType interfaceType) =>
        interfaces.TryGetType(interfaceType, out var type)
            ? CreateReference(grainId, type)
            : new UntypedReference(SharedFor(grainId.Type, interfaceType), grainId.Key);

    public GrainReference Bind(GrainId grainId, Type interfaceType) => CreateReference(grainId, interfaceType);

    public GrainReference ToReference(IAddressable addressable) => addressable switch
    {
        GrainReference reference => reference,
        IGrainBase grain => grain.GrainContext.GrainReference,
        IGrainContext context => context.GrainReference,
        _ => throw new ArgumentException(
            $"A '{addressable.GetType()}' has no address. An observer gets one from IGrainFactory.CreateObjectReference.",
            nameof(addressable)),
    };

    /// <summary>A reference that names a grain and cannot be called, for grains whose interface is not known here.</summary>
    public GrainReference CreateUntyped(GrainId grainId) => new UntypedReference(SharedFor(grainId.Type, default), grainId.Key);

    internal Maker GetMaker(GrainType grainType, Type interfaceType) =>
        _makers.TryGetValue((grainType, interfaceType), out var maker)
            ? maker
            : _makers.GetOrAdd((grainType, interfaceType), Make(grainType, interfaceType));

    private Maker Make(GrainType grainType, Type interfaceType) =>
        new(SharedFor(grainType, interfaces.GetId(interfaceType)), proxies.GetActivator(interfaceType));

    private GrainReferenceShared SharedFor(GrainType grainType, GrainInterfaceType interfaceType) =>
        new(grainType, interfaceType, 0, runtime.Value, InvokeMethodOptions.None, services);

    internal sealed class Maker(GrainReferenceShared shared, Func<GrainReferenceShared, IdSpan, GrainReference> create)
    {
        public GrainType GrainType => shared.GrainType;

        public GrainReference Create(IdSpan key) => create(shared, key);
    }

    private sealed class UntypedReference(GrainReferenceShared shared, IdSpan key) : GrainReference(shared, key);
}
