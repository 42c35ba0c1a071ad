namespace Orleans.Runtime.Placement;

internal sealed class PreferLocalPlacementDirector : IPlacementDirector
{
    private readonly RandomPlacementDirector _otherwise = new();

    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context) =>
        context.LocalSiloStatus == SiloStatus.Active
            ? Task.FromResult(context.LocalSilo)
            : _otherwise.OnAddActivation(strategy, target, context);
}
