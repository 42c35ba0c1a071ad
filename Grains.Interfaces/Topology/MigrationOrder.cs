namespace Orleans.Kv.Interfaces.Topology;

/// <summary>Which slots a silo is to migrate.</summary>
[GenerateSerializer, Immutable, Alias("kv.MigrationOrder")]
public sealed class MigrationOrder
{
    /// <summary>The epoch of the map in migration.</summary>
    [Id(0)]
    public required long Epoch { get; init; }

    /// <summary>A bit per slot.</summary>
    [Id(1)]
    public required byte[] Slots { get; init; }
}
