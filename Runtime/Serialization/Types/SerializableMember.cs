using System.Reflection;

namespace Orleans.Serialization.Types;

/// <summary>One member that crosses: its number, and the field (of an automatic property, the hidden one) or the accessors that hold it.</summary>
internal sealed record SerializableMember(uint Id, Type Type, FieldInfo? Field, MethodInfo? Getter, MethodInfo? Setter, bool IsImmutable);
