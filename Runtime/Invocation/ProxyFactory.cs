using Orleans.Runtime;

namespace Orleans.Serialization.Invocation;

/// <summary>Makes the classes behind grain references at run time: one per grain interface, made when first asked for.</summary>
internal sealed class ProxyFactory
{
    /// <summary>
    /// A reference that implements <paramref name="interfaceType"/>, a grain, observer or grain service interface. Throws
    /// <see cref="NotSupportedException"/> naming the member where the interface has one that cannot be called remotely.
    /// </summary>
    public GrainReference Create(Type interfaceType, GrainReferenceShared shared, IdSpan key) => throw new NotImplementedException();

    /// <summary>The same without the look-up by type, to be kept by whoever makes many references.</summary>
    public Func<GrainReferenceShared, IdSpan, GrainReference> GetActivator(Type interfaceType) => throw new NotImplementedException();
}
