using System.Diagnostics.CodeAnalysis;

namespace Orleans.Serialization.Wire;

/// <summary>The ways in which a body, or a value on its way into one, is wrong. Apart from the hot paths that meet them.</summary>
internal static class BodyFault
{
    [DoesNotReturn]
    public static void Truncated(int position, int length) =>
        throw new SerializerException($"The body ends early: something at byte {position} reaches past its {length} bytes.");

    [DoesNotReturn]
    public static void Malformed(string what, int position) => throw new SerializerException($"{what}, at byte {position} of the body.");

    [DoesNotReturn]
    public static void OutOfRange(Type type, int position) =>
        throw new SerializerException($"The number at byte {position} of the body does not fit into {type.Name}.");

    [DoesNotReturn]
    public static void UnexpectedKind(Type type, WireKind kind, int position) =>
        throw new SerializerException($"A value of kind {kind} at byte {position} of the body cannot be read as {type}.");

    [DoesNotReturn]
    public static void UnexpectedType(Type expected, object? found) =>
        throw new SerializerException($"The body holds {found?.GetType().ToString() ?? "null"} where {expected} belongs.");

    [DoesNotReturn]
    public static void TooDeep() =>
        throw new SerializerException($"Objects are nested more than {BodyLimits.MaxDepth} deep, which is the limit.");

    [DoesNotReturn]
    public static void TooLong() => throw new SerializerException("The body grows beyond 2 GiB.");
}
