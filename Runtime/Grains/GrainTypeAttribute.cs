using Orleans.Runtime;

namespace Orleans;

/// <summary>Names a grain class, instead of the class name without its <c>Grain</c> suffix.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
public sealed class GrainTypeAttribute : Attribute
{
    private readonly GrainType _grainType;

    public GrainTypeAttribute(string grainType) => _grainType = Orleans.Runtime.GrainType.Create(grainType);

    public GrainType GetGrainType(IServiceProvider services, Type type) => _grainType;
}
