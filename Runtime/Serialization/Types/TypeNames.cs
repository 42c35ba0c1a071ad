using System.Text;
using Orleans.Runtime;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Types;

/// <summary>
/// Types as names: the catalog's name of a plain type; <c>definition&lt;argument,argument&gt;</c> of a constructed one;
/// <c>element[]</c> of an array. An exception's name begins with <c>!</c>, so that a reader that does not know it still knows that
/// it is one. Characters that mean something here are escaped with a backslash in names.
/// </summary>
internal static class TypeNames
{
    public const char ExceptionMark = '!';
    private const char Escape = '\\';
    private const string Special = "<>,[]!\\";

    public static string Format(Type type)
    {
        var name = new StringBuilder();
        Append(name, type);
        return name.ToString();
    }

    /// <summary>The type, or null where the catalog lacks one of the names. A name with a wrong form throws.</summary>
    public static Type? Parse(string name)
    {
        if (name.Length > BodyLimits.MaxTypeNameLength) throw new SerializerException($"A type name of {name.Length} characters.");
        var position = 0;
        var type = Parse(name, ref position, depth: 0);
        if (position != name.Length) throw new SerializerException($"Type name \"{name}\" has something behind its end.");
        return type;
    }

    /// <summary>
    /// The first type in this one that a reader would not take from a message, so that the sender hears of it and not the receiver; null
    /// when there is none.
    /// </summary>
    public static Type? FindUnnameable(Type type)
    {
        if (type.IsSZArray) return FindUnnameable(type.GetElementType()!);
        if (type.IsSubclassOf(typeof(GrainReference)) || typeof(Exception).IsAssignableFrom(type)) return null;
        if (!TypeCatalog.IsOffered(type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type)) return type;
        if (!type.IsConstructedGenericType) return null;
        foreach (var argument in type.GetGenericArguments())
        {
            if (FindUnnameable(argument) is { } found) return found;
        }

        return null;
    }

    /// <summary>The plain name behind an exception's mark.</summary>
    public static string Unmarked(string name)
    {
        var position = 1;
        return ReadSimple(name, ref position);
    }

    private static void Append(StringBuilder name, Type type)
    {
        if (type.IsSZArray)
        {
            Append(name, type.GetElementType()!);
            name.Append("[]");
            return;
        }

        if (typeof(Exception).IsAssignableFrom(type)) name.Append(ExceptionMark);
        if (type.IsSubclassOf(typeof(GrainReference))) type = typeof(GrainReference);
        var plain = type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type;
        foreach (var character in TypeCatalog.NameOf(plain))
        {
            if (Special.Contains(character, StringComparison.Ordinal)) name.Append(Escape);
            name.Append(character);
        }

        if (!type.IsConstructedGenericType) return;
        var separator = '<';
        foreach (var argument in type.GetGenericArguments())
        {
            name.Append(separator);
            Append(name, argument);
            separator = ',';
        }

        name.Append('>');
    }

    private static Type? Parse(string name, ref int position, int depth)
    {
        if (depth > BodyLimits.MaxTypeNameDepth) throw new SerializerException($"Type name \"{name}\" is nested too deep.");
        var isException = position < name.Length && name[position] == ExceptionMark;
        if (isException) position++;
        var simple = ReadSimple(name, ref position);
        var type = TypeCatalog.Find(simple) ?? (isException ? TypeCatalog.FindFrameworkException(simple) : null);
        if (position < name.Length && name[position] == '<') type = ParseArguments(name, ref position, depth, type);
        else if (type is { IsGenericTypeDefinition: true }) type = null;

        for (var rank = 0; position + 1 < name.Length && name[position] == '[' && name[position + 1] == ']'; position += 2)
        {
            if (++rank > BodyLimits.MaxTypeNameDepth) throw new SerializerException($"Type name \"{name}\" is nested too deep.");
            if (type is not null) type = ConstructedTypes.ArrayOf(type);
        }

        return type;
    }

    private static Type? ParseArguments(string name, ref int position, int depth, Type? definition)
    {
        var arguments = new List<Type?>();
        do
        {
            position++;
            arguments.Add(Parse(name, ref position, depth + 1));
        }
        while (position < name.Length && name[position] == ',');
        if (position >= name.Length || name[position] != '>') throw new SerializerException($"Type name \"{name}\" does not close its arguments.");
        position++;
        if (definition is not { IsGenericTypeDefinition: true } || arguments.Contains(null)) return null;
        return ConstructedTypes.Generic(definition, [.. arguments!]);
    }

    private static string ReadSimple(string name, ref int position)
    {
        var simple = new StringBuilder();
        for (; position < name.Length; position++)
        {
            var character = name[position];
            if (character == Escape && position + 1 < name.Length) character = name[++position];
            else if (Special.Contains(character, StringComparison.Ordinal)) break;
            simple.Append(character);
        }

        return simple.ToString();
    }
}
