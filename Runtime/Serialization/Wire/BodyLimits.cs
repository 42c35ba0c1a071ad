namespace Orleans.Serialization.Wire;

/// <summary>What a body may ask of the process that reads it. The length of the body itself is bounded by messaging.</summary>
internal static class BodyLimits
{
    /// <summary>
    /// Objects within objects. A level costs some hundred bytes of stack in every pass (write, read, skip, copy), so this stays far
    /// from an overflow, which no handler survives; and it is deeper than any message of an application should be.
    /// </summary>
    public const int MaxDepth = 256;

    /// <summary>
    /// Bytes a collection takes at once on the word of its sender. Beyond, it grows with the elements that really come, so that a
    /// short body cannot make a large allocation.
    /// </summary>
    public const int MaxUnprovenAllocation = 64 * 1024;

    /// <summary>Characters of a type name, generic arguments included: longer than the names of real types, short enough to parse.</summary>
    public const int MaxTypeNameLength = 1024;

    /// <summary>Generic arguments within generic arguments, and array ranks, in a type name from the wire.</summary>
    public const int MaxTypeNameDepth = 8;

    /// <summary>
    /// Different constructed types (such as a list of a list of numbers) that peers may bring into being. Types are never unloaded, so
    /// without a bound a hostile peer could fill the memory with them.
    /// </summary>
    public const int MaxConstructedTypes = 4096;
}
