namespace Orleans.Runtime.Placement;

internal sealed class RandomPlacementDirector : IPlacementDirector
{
    // Spread by the grain's own hash instead of a random number: as even, and two silos that place the same grain at once agree.
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        var hash = StableHash.ComputeHash(target.GrainIdentity.Key.AsSpan()) ^ target.GrainIdentity.Type.GetUniformHashCode();
        return Task.FromResult(silos[(int)(hash * 0x85EBCA77u % (uint)silos.Length)]);
    }
}
