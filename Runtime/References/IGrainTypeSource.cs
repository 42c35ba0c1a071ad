namespace Orleans.Runtime;

/// <summary>Knows which grain types implement an interface: from the classes in a silo, from a gateway's word in a client.</summary>
internal interface IGrainTypeSource
{
    /// <summary>Candidates with a name to choose by; empty if the interface is unknown.</summary>
    IReadOnlyList<GrainType> GetGrainTypes(GrainInterfaceType interfaceType);
}
