namespace Orleans.Serialization.Types;

/// <summary>
/// Members that share one range of numbers: those of one class in a hierarchy, or the parameters of one record's primary
/// constructor. On the wire sections follow each other, base class first.
/// </summary>
/// <param name="Members">In the order of their numbers.</param>
/// <param name="IsException">The section of what every exception has, which is written by hand.</param>
internal sealed record MemberSection(IReadOnlyList<SerializableMember> Members, bool IsException);
