using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>What the migration of a slot waits for.</summary>
/// <param name="Step">The step it is at.</param>
/// <param name="Generation">The position in the map of the generation that lacks something; zero is the oldest.</param>
/// <param name="Lacking">How many nodes have still to answer, or keys to be moved.</param>
/// <param name="Nodes">Those who could: any of them will do.</param>
public sealed record MigrationWait(MigrationStep Step, int Generation, int Lacking, ImmutableArray<NodeId> Nodes)
{
    public override string ToString() => Step switch
    {
        MigrationStep.Sealing => $"{Lacking} of {string.Join(", ", Nodes)} to list generation {Generation}",
        MigrationStep.Moving => $"{Lacking} keys",
        _ => $"{Lacking} of {string.Join(", ", Nodes)} to take the floor",
    };
}
