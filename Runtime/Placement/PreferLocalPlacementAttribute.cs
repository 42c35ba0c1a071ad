using Orleans.Runtime;

namespace Orleans.Placement;

/// <summary>The silo that the first call comes through.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
public sealed class PreferLocalPlacementAttribute : PlacementAttribute
{
    public PreferLocalPlacementAttribute()
        : base(new PreferLocalPlacement())
    {
    }
}
