using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans.Serialization.Codecs;

namespace Orleans.Serialization.Types;

/// <summary>Which members of a class or struct cross, as its attributes say. The rules are those of Orleans' code generator.</summary>
/// <remarks>
/// A member takes part by its <see cref="IdAttribute"/>, on the property or on its field. The parameters of a record's primary
/// constructor take part without one, numbered by position, and count apart from the members of the body; an
/// <see cref="IdAttribute"/> on such a property makes it an ordinary member. Each class of a hierarchy counts for itself. Of the
/// framework's types, tuples and pairs take part by their elements.
/// </remarks>
internal sealed class SerializableType
{
    private const int Unknown = -1;
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private static readonly ConcurrentDictionary<Type, SerializableType> Known = new();

    [ThreadStatic]
    private static HashSet<Type>? t_asked;

    private volatile int _shallow = Unknown;

    private SerializableType(Type type)
    {
        Type = type;
        Sections = FindSections(type);
    }

    public Type Type { get; }

    public IReadOnlyList<MemberSection> Sections { get; }

    /// <summary>Whether a copy may share everything: said so by attribute, or a struct none of whose fields reaches anything mutable.</summary>
    public bool IsShallow
    {
        get
        {
            if (_shallow != Unknown) return _shallow != 0;
            // A struct may reach itself through a collection, which can change, or it would not be asked about again.
            if (!(t_asked ??= []).Add(Type)) return false;
            try
            {
                var isShallow = FindShallow();
                _shallow = isShallow ? 1 : 0;
                return isShallow;
            }
            finally
            {
                t_asked.Remove(Type);
            }
        }
    }

    public static SerializableType Of(Type type) => Known.GetOrAdd(type, static type => new SerializableType(type));

    public static bool IsMarkedImmutable(Type type) => type.IsDefined(typeof(ImmutableAttribute), inherit: false);

    /// <summary>Whether the type is one that is written by its members.</summary>
    public static bool IsSerializable(Type type) =>
        type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false) || IsElementType(type) || typeof(Exception).IsAssignableFrom(type);

    private static bool IsElementType(Type type) =>
        typeof(ITuple).IsAssignableFrom(type) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>));

    private static List<MemberSection> FindSections(Type type)
    {
        var sections = new List<MemberSection>();
        var hierarchy = new Stack<Type>();
        for (var level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
            hierarchy.Push(level);

        foreach (var level in hierarchy)
        {
            if (level == typeof(Exception))
            {
                sections.Add(new MemberSection([], IsException: true));
                continue;
            }

            if (IsElementType(level))
            {
                sections.Add(new MemberSection(FindElements(level), IsException: false));
                continue;
            }

            if (level.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
                AddLevel(sections, level);
        }

        return sections;
    }

    // The fields of tuples and pairs are laid out in the order of their elements.
    private static List<SerializableMember> FindElements(Type type) =>
        type.GetFields(Declared)
            .OrderBy(static field => field.MetadataToken)
            .Select(static (field, index) => new SerializableMember((uint)index, field.FieldType, field, null, null, IsImmutable: false))
            .ToList();

    private static void AddLevel(List<MemberSection> sections, Type level)
    {
        var parameters = RecordShape.PrimaryParameters(level);
        var (own, primary) = (new SortedDictionary<uint, SerializableMember>(), new SortedDictionary<uint, SerializableMember>());
        var hidden = new HashSet<FieldInfo>();

        foreach (var property in level.GetProperties(Declared))
        {
            var field = level.GetField($"<{property.Name}>k__BackingField", Declared);
            if (field is not null) hidden.Add(field);
            var id = property.GetCustomAttribute<IdAttribute>()?.Id ?? field?.GetCustomAttribute<IdAttribute>()?.Id;
            if (id is { } number)
            {
                Add(own, level, Member(number, property, field));
                continue;
            }

            var parameter = Array.Find(parameters, candidate => candidate.Name == property.Name && candidate.ParameterType == property.PropertyType);
            if (parameter is null) continue;
            number = parameter.GetCustomAttribute<IdAttribute>()?.Id ?? (uint)parameter.Position;
            Add(primary, level, Member(number, property, field));
        }

        foreach (var field in level.GetFields(Declared))
        {
            if (hidden.Contains(field) || field.GetCustomAttribute<IdAttribute>() is not { } id) continue;
            Add(own, level, new SerializableMember(id.Id, field.FieldType, field, null, null, IsMarkedImmutable(field)));
        }

        if (parameters.Length > 0) sections.Add(new MemberSection([.. primary.Values], IsException: false));
        sections.Add(new MemberSection([.. own.Values], IsException: false));
    }

    private static void Add(SortedDictionary<uint, SerializableMember> members, Type type, SerializableMember member)
    {
        if (!members.TryAdd(member.Id, member))
            throw new CodecNotFoundException($"{type} gives the number {member.Id} to two members.");
    }

    private static SerializableMember Member(uint id, PropertyInfo property, FieldInfo? field)
    {
        var isImmutable = IsMarkedImmutable(property) || (field is not null && IsMarkedImmutable(field));
        if (field is not null) return new SerializableMember(id, property.PropertyType, field, null, null, isImmutable);
        var (getter, setter) = (property.GetGetMethod(nonPublic: true), property.GetSetMethod(nonPublic: true));
        if (getter is null || setter is null)
            throw new CodecNotFoundException($"{property.DeclaringType}.{property.Name} has a number and is not both readable and writable.");
        return new SerializableMember(id, property.PropertyType, null, getter, setter, isImmutable);
    }

    private static bool IsMarkedImmutable(MemberInfo member) => member.IsDefined(typeof(ImmutableAttribute), inherit: false);

    private bool FindShallow()
    {
        if (IsMarkedImmutable(Type)) return true;
        if (!Type.IsValueType) return false;
        // All fields, not only those that cross: a copy by value takes them all along.
        foreach (var field in Type.GetFields(Declared))
        {
            if (!CodecFactory.Get(field.FieldType).IsShallow) return false;
        }

        return true;
    }
}
