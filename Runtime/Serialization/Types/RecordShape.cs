using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Orleans.Serialization.Types;

/// <summary>Recognizes records and their primary constructors in compiled code.</summary>
internal static class RecordShape
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static bool IsRecord(Type type)
    {
        if (type.IsClass) return type.GetMethod("<Clone>$", Declared) is not null;
        var print = type.GetMethod("PrintMembers", Declared, [typeof(StringBuilder)]);
        return print is not null && print.IsDefined(typeof(CompilerGeneratedAttribute));
    }

    /// <summary>The first constructor in the source, as the compiler keeps their order; the copy constructor is generated behind it.</summary>
    public static ParameterInfo[] PrimaryParameters(Type type)
    {
        if (!IsRecord(type)) return [];
        var first = type.GetConstructors(Declared).MinBy(static constructor => constructor.MetadataToken);
        return first is null || first.IsDefined(typeof(CompilerGeneratedAttribute)) ? [] : first.GetParameters();
    }
}
