namespace Orleans.Runtime.Placement;

internal sealed class HashBasedPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        Array.Sort(silos);
        return Task.FromResult(silos[(int)(target.GrainIdentity.GetUniformHashCode() % (uint)silos.Length)]);
    }
}
