namespace Orleans.Serialization;

/// <summary>A value of a type that nothing knows how to write: most often one without <see cref="GenerateSerializerAttribute"/>.</summary>
[GenerateSerializer]
public sealed class CodecNotFoundException(string message) : SerializerException(message);
