namespace Orleans.Runtime;

/// <summary>Names a grain interface, instead of its full type name.</summary>
[AttributeUsage(AttributeTargets.Interface, AllowMultiple = false)]
public sealed class GrainInterfaceTypeAttribute : Attribute
{
    private readonly GrainInterfaceType _type;

    public GrainInterfaceTypeAttribute(string value) => _type = GrainInterfaceType.Create(value);

    public GrainInterfaceType GetGrainInterfaceType(IServiceProvider services, Type type) => _type;
}
