using Orleans.CodeGeneration;

namespace Orleans.Runtime;

/// <summary>What all references of one grain type through one interface have in common.</summary>
public class GrainReferenceShared
{
    internal GrainReferenceShared(
        GrainType grainType,
        GrainInterfaceType grainInterfaceType,
        ushort interfaceVersion,
        IGrainReferenceRuntime runtime,
        InvokeMethodOptions invokeMethodOptions,
        IServiceProvider serviceProvider)
    {
        GrainType = grainType;
        InterfaceType = grainInterfaceType;
        InterfaceVersion = interfaceVersion;
        Runtime = runtime;
        InvokeMethodOptions = invokeMethodOptions;
        ServiceProvider = serviceProvider;
    }

    public GrainType GrainType { get; }

    public GrainInterfaceType InterfaceType { get; }

    public ushort InterfaceVersion { get; }

    public IGrainReferenceRuntime Runtime { get; }

    public InvokeMethodOptions InvokeMethodOptions { get; }

    public IServiceProvider ServiceProvider { get; }
}
