namespace Orleans;

/// <summary>
/// The type may cross between processes. Its members take part by their <see cref="IdAttribute"/>; the parameters of a record's
/// primary constructor take part by position.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
public sealed class GenerateSerializerAttribute : Attribute;
