using Orleans.Runtime;

namespace Orleans.Placement;

/// <summary>Any active silo.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
public sealed class RandomPlacementAttribute : PlacementAttribute
{
    public RandomPlacementAttribute()
        : base(new RandomPlacement())
    {
    }
}
