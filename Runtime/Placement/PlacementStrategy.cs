using Orleans.Metadata;

namespace Orleans.Runtime;

/// <summary>Says which director chooses the silo of a new activation. It carries no behaviour of its own.</summary>
public abstract class PlacementStrategy
{
    /// <summary>Whether the grain has one registered activation; a stateless worker and a grain service have none.</summary>
    public virtual bool IsUsingGrainDirectory => true;

    public virtual void Initialize(GrainProperties properties)
    {
    }

    public virtual void PopulateGrainProperties(
        IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties)
    {
    }
}
