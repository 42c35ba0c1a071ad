namespace Orleans.Kv.Interfaces;

/// <summary>Something in a <see cref="NextNote"/> that is written with its type's name.</summary>
[GenerateSerializer, Immutable, Alias("kv.NextDetail")]
public sealed class NextDetail
{
    [Id(0)]
    public required int[] Numbers { get; init; }
}
