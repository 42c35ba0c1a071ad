using Orleans.Runtime;

namespace Orleans.Serialization;

/// <summary>
/// How grain references in a body reach the local runtime. The engine registers one in the container; without it, bodies that
/// hold references cannot be read.
/// </summary>
internal interface IReferenceBinder
{
    /// <summary>The local reference to a grain, as the interface it was sent as.</summary>
    GrainReference Bind(GrainId grainId, GrainInterfaceType interfaceType);

    /// <summary>The same grain seen as <paramref name="interfaceType"/>, where the sender's interface is not the declared one.</summary>
    GrainReference Bind(GrainId grainId, Type interfaceType);

    /// <summary>
    /// The reference that stands for an addressable object which is not one: a grain passing itself. Throws
    /// <see cref="ArgumentException"/> for an object that has no address, such as an observer that was not registered.
    /// </summary>
    GrainReference ToReference(IAddressable addressable);
}
