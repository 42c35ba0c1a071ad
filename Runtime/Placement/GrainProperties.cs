using System.Collections.Immutable;

namespace Orleans.Metadata;

/// <summary>Named properties of a grain class.</summary>
[GenerateSerializer]
[Immutable]
public sealed class GrainProperties
{
    public GrainProperties(ImmutableDictionary<string, string> values) => Properties = values;

    [Id(0)]
    public ImmutableDictionary<string, string> Properties { get; }
}
