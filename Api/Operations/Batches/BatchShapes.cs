using System.Text.Json;

namespace Orleans.Kv.Api.Operations.Batches;

/// <summary>The operations that a batch may have, by the names of their own routes.</summary>
internal static class BatchShapes
{
    private static readonly (string Name, OperationShape Shape)[] All =
    [
        ("store", InBatch(OperationShape.Store)),
        ("fetch", InBatch(OperationShape.Fetch)),
        ("update", InBatch(OperationShape.Update)),
        ("delete", InBatch(OperationShape.Delete)),
        ("testset", InBatch(OperationShape.TestAndSet)),
        ("touch", InBatch(OperationShape.Touch)),
    ];

    public static string Names { get; } = string.Join(", ", All.Select(static known => known.Name));

    /// <summary>The shape that the reader's present token names; null where there is none of that name.</summary>
    public static OperationShape? Of(in Utf8JsonReader json)
    {
        foreach (var (name, shape) in All)
        {
            if (json.ValueTextEquals(name)) return shape;
        }

        return null;
    }

    private static OperationShape InBatch(OperationShape shape) => shape with { Optional = shape.Optional | OperationFields.Op };
}
