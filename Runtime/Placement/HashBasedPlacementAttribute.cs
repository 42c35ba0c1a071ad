using Orleans.Runtime;

namespace Orleans.Placement;

/// <summary>The silo that the hash of the grain's id points at.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
public sealed class HashBasedPlacementAttribute : PlacementAttribute
{
    public HashBasedPlacementAttribute()
        : base(new HashBasedPlacement())
    {
    }
}
