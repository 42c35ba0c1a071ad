namespace Orleans.Kv.Interfaces.Availability;

/// <summary>
/// Lists what lost when pending writes were merged, and forgets what somebody has dealt with. A worker on every silo; the integer key only spreads the references.
/// </summary>
[Alias("kv.IConflictGrain")]
public interface IConflictGrain : IGrainWithIntegerKey
{
    /// <summary>The conflicts known to the silos that can be reached, in the order of their ids.</summary>
    /// <param name="after">Only those behind this id; null for the beginning.</param>
    /// <param name="limit">At most so many, 1 to <see cref="ConflictPage.MaxEntries"/>.</param>
    [Alias("List")]
    ValueTask<ConflictPage> List(string? after, int limit);

    /// <summary>Forgets the conflict.</summary>
    [Alias("Delete")]
    ValueTask<ConflictDeletion> Delete(string id);
}
