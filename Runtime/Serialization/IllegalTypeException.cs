namespace Orleans.Serialization;

/// <summary>A body names a type that may not be made from one: unknown here, or known and not meant to cross.</summary>
[GenerateSerializer]
public sealed class IllegalTypeException(string typeName)
    : SerializerException($"Type \"{typeName}\" is not known here as a type that may be read from a message.")
{
    [Id(0)]
    public string TypeName { get; } = typeName;
}
