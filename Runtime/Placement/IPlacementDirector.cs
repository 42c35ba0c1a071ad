namespace Orleans.Runtime.Placement;

/// <summary>Chooses the silo of a new activation. One instance per strategy and silo; called from many threads.</summary>
public interface IPlacementDirector
{
    const string PlacementHintKey = nameof(PlacementHintKey);

    Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context);
}
