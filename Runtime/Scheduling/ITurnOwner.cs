namespace Orleans.Runtime;

/// <summary>Whose turns a <see cref="TurnScheduler"/> runs.</summary>
internal interface ITurnOwner
{
    IGrainContext Context { get; }

    /// <summary>A request has reached its turn. Runs on the scheduler.</summary>
    void Begin(Turn turn);

    /// <summary>A turn threw, which no grain code can make happen.</summary>
    void OnTurnFailed(Exception exception);
}
