using System.Collections.Concurrent;

namespace Orleans.Runtime;

/// <summary>Makes references from keys.</summary>
internal sealed class GrainFactory(
    GrainReferenceActivator activator, GrainInterfaces interfaces, IGrainTypeSource types, Lazy<IObserverHost> observers) : IGrainFactory
{
    private readonly ConcurrentDictionary<Type, GrainReferenceActivator.Maker> _makers = new();

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidKey =>
        Make<TGrainInterface>(GrainIdKeyExtensions.CreateGuidKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey =>
        Make<TGrainInterface>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
        return Make<TGrainInterface>(IdSpan.Create(primaryKey), grainClassNamePrefix);
    }

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidCompoundKey =>
        Make<TGrainInterface>(GrainIdKeyExtensions.CreateGuidKey(primaryKey, keyExtension), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerCompoundKey =>
        Make<TGrainInterface>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey, keyExtension), grainClassNamePrefix);

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) =>
        (IGrain)Make(grainInterfaceType, GrainIdKeyExtensions.CreateGuidKey(grainPrimaryKey), null);

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) =>
        (IGrain)Make(grainInterfaceType, GrainIdKeyExtensions.CreateIntegerKey(grainPrimaryKey), null);

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) =>
        (IGrain)Make(grainInterfaceType, IdSpan.Create(grainPrimaryKey), null);

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) =>
        (IGrain)Make(grainInterfaceType, GrainIdKeyExtensions.CreateGuidKey(grainPrimaryKey, keyExtension), null);

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) =>
        (IGrain)Make(grainInterfaceType, GrainIdKeyExtensions.CreateIntegerKey(grainPrimaryKey, keyExtension), null);

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => (TGrainInterface)(object)activator.CreateReference(grainId, typeof(TGrainInterface));

    public IAddressable GetGrain(GrainId grainId) => activator.CreateUntyped(grainId);

    public IAddressable GetGrain(GrainId grainId, GrainInterfaceType interfaceType) => activator.Bind(grainId, interfaceType);

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) =>
        Make(interfaceType, grainKey, grainClassNamePrefix);

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey) => Make(interfaceType, grainKey, null);

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        ArgumentNullException.ThrowIfNull(obj);
        if (obj is GrainReference)
        {
            throw new ArgumentException("This is a reference already.", nameof(obj));
        }

        if (obj is IGrainBase)
        {
            throw new ArgumentException("A grain is referred to by AsReference, not by an observer reference.", nameof(obj));
        }

        var id = observers.Value.Register(obj);
        return (TGrainObserverInterface)(object)activator.CreateReference(id, typeof(TGrainObserverInterface));
    }

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver =>
        observers.Value.Unregister(obj is GrainReference reference
            ? reference.GrainId
            : throw new ArgumentException("Pass the reference that CreateObjectReference returned.", nameof(obj)));

    private TGrainInterface Make<TGrainInterface>(IdSpan key, string? prefix) =>
        (TGrainInterface)(object)Make(typeof(TGrainInterface), key, prefix);

    private GrainReference Make(Type interfaceType, IdSpan key, string? prefix)
    {
        if (prefix is null)
        {
            if (_makers.TryGetValue(interfaceType, out var maker))
            {
                return maker.Create(key);
            }

            maker = activator.GetMaker(Resolve(interfaceType, null), interfaceType);
            _makers.TryAdd(interfaceType, maker);
            return maker.Create(key);
        }

        return activator.GetMaker(Resolve(interfaceType, prefix), interfaceType).Create(key);
    }

    private GrainType Resolve(Type interfaceType, string? prefix)
    {
        var candidates = types.GetGrainTypes(interfaces.GetId(interfaceType));
        if (prefix is not null)
        {
            var matching = candidates.Where(type => type.ToString().StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).ToList();
            return matching.Count == 1
                ? matching[0]
                : throw new ArgumentException($"{matching.Count} grain classes implement '{interfaceType}' and start with '{prefix}'.");
        }

        if (candidates.Count == 1)
        {
            return candidates[0];
        }

        if (candidates.Count == 0)
        {
            throw new ArgumentException($"No grain class of the cluster implements '{interfaceType}'.");
        }

        // Several: the one named after the interface, as IFoo is by Foo or FooGrain.
        var name = interfaceType.Name.StartsWith('I') ? interfaceType.Name[1..] : interfaceType.Name;
        name = name.EndsWith("Grain", StringComparison.Ordinal) ? name[..^"Grain".Length] : name;
        var named = candidates.Where(type => type.ToString().Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return named.Count == 1
            ? named[0]
            : throw new ArgumentException($"'{interfaceType}' is implemented by {string.Join(", ", candidates)}: say which by a class name prefix.");
    }
}
