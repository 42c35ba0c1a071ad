using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orleans.Kv.Tests.Runtime.Api;

/// <summary>
/// Writes public API as lines of text, one per fact a caller's source could depend on: a type and its kind, what it derives from and
/// implements, each member with its parameters' names and defaults. Nullability of references is left out: it is advice.
/// </summary>
internal static class ApiPrinter
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    public static IEnumerable<string> Print(IEnumerable<Type> types, bool withInherited) =>
        types.Where(type => type.IsVisible).SelectMany(type => Print(type, withInherited)).Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<string> Print(Type type, bool withInherited)
    {
        var name = Name(type);
        yield return $"{name} is {Kind(type)}{Parameters(type.GetGenericArguments())}";
        for (var parent = type.BaseType; parent is not null && parent != typeof(object) && parent != typeof(ValueType); parent = parent.BaseType)
        {
            if (parent.IsVisible && parent != typeof(Enum) && parent != typeof(MulticastDelegate) && parent != typeof(Delegate))
                yield return $"{name} derives from {Name(parent)}";
        }

        foreach (var implemented in type.GetInterfaces().Where(candidate => candidate.IsVisible && !type.IsEnum))
            yield return $"{name} implements {Name(implemented)}";

        if (type.IsEnum)
        {
            foreach (var value in Enum.GetNames(type))
                yield return $"{name}.{value} = {Convert.ToInt64(Enum.Parse(type, value), CultureInfo.InvariantCulture)}";
            yield break;
        }

        if (type.IsAssignableTo(typeof(Delegate)))
        {
            yield return $"{name}{Signature(type.GetMethod("Invoke")!)}";
            yield break;
        }

        foreach (var member in Members(type, withInherited))
            yield return $"{name}.{member}";
    }

    private static IEnumerable<string> Members(Type type, bool withInherited)
    {
        var flags = withInherited ? All | BindingFlags.FlattenHierarchy : All | BindingFlags.DeclaredOnly;
        foreach (var constructor in type.GetConstructors(All).Where(IsSeen).Where(constructor => !constructor.IsStatic))
            yield return $"{Access(constructor)}new({Arguments(constructor)})";

        foreach (var method in type.GetMethods(flags).Where(IsSeen).Where(method => IsOwn(method) && !IsAccessor(method)))
            yield return $"{Access(method)}{Modifiers(method)}{method.Name}{Parameters(method.GetGenericArguments())}{Signature(method)}";

        foreach (var property in type.GetProperties(flags))
        {
            if (property.GetMethod is { } get && IsSeen(get) && IsOwn(get))
                yield return $"{Access(get)}{Modifiers(get)}{property.Name}{Index(property)} {{ get; }} : {Name(property.PropertyType)}";
            if (property.SetMethod is { } set && IsSeen(set) && IsOwn(set))
                yield return $"{Access(set)}{Modifiers(set)}{property.Name}{Index(property)} {{ {SetOrInit(set)}; }} : {Name(property.PropertyType)}";
        }

        foreach (var field in type.GetFields(flags).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly))
        {
            var constant = field.IsLiteral ? $" = {Value(field.GetRawConstantValue())}" : string.Empty;
            yield return $"{(field.IsStatic ? "static " : string.Empty)}{field.Name} : {Name(field.FieldType)}{constant}";
        }

        foreach (var happening in type.GetEvents(flags).Where(happening => IsSeen(happening.AddMethod!)))
            yield return $"event {happening.Name} : {Name(happening.EventHandlerType!)}";
    }

    private static bool IsSeen(MethodBase method) =>
        method.IsPublic || (!method.DeclaringType!.IsSealed && (method.IsFamily || method.IsFamilyOrAssembly));

    /// <summary>Whether it says more than what every object has: an override of ToString is no promise.</summary>
    private static bool IsOwn(MethodInfo method) =>
        method.GetBaseDefinition().DeclaringType is { } origin
        && origin != typeof(object) && origin != typeof(ValueType) && origin != typeof(Attribute) && origin != typeof(Exception)
        && !method.IsDefined(typeof(CompilerGeneratedAttribute), false) | method.IsSpecialName;

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static string Access(MethodBase method) => method.IsPublic ? string.Empty : "protected ";

    private static string Modifiers(MethodInfo method)
    {
        if (method.IsStatic)
            return "static ";
        if (method.DeclaringType!.IsInterface)
            return string.Empty;
        return method.IsAbstract ? "abstract " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : string.Empty;
    }

    private static string SetOrInit(MethodInfo set) =>
        set.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == nameof(IsExternalInit)) ? "init" : "set";

    private static string Index(PropertyInfo property) =>
        property.GetIndexParameters() is { Length: > 0 } parameters ? $"[{string.Join(", ", parameters.Select(Argument))}]" : string.Empty;

    private static string Signature(MethodInfo method) => $"({Arguments(method)}) : {Name(method.ReturnType)}";

    private static string Arguments(MethodBase method)
    {
        var extension = method.IsDefined(typeof(ExtensionAttribute), false) ? "this " : string.Empty;
        return extension + string.Join(", ", method.GetParameters().Select(Argument));
    }

    private static string Argument(ParameterInfo parameter)
    {
        var way = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : string.Empty;
        var many = parameter.IsDefined(typeof(ParamArrayAttribute), false) ? "params " : string.Empty;
        var type = parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        var missing = parameter.HasDefaultValue ? $" = {Value(parameter.RawDefaultValue)}" : string.Empty;
        return $"{many}{way}{Name(type)} {parameter.Name}{missing}";
    }

    private static string Value(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Kind(Type type)
    {
        if (type.IsEnum)
            return "enum";
        if (type.IsInterface)
            return "interface";
        if (type.IsValueType)
            return "struct";
        if (type.IsAssignableTo(typeof(Delegate)))
            return "delegate";
        return (type.IsAbstract, type.IsSealed) switch
        {
            (true, true) => "static class",
            (true, false) => "abstract class",
            (false, true) => "sealed class",
            _ => "class",
        };
    }

    private static string Parameters(Type[] parameters) =>
        parameters.Length == 0 ? string.Empty : $"<{string.Join(", ", parameters.Select(Parameter))}>";

    private static string Parameter(Type parameter)
    {
        var bounds = parameter.GetGenericParameterConstraints().Select(Name).Order(StringComparer.Ordinal).ToList();
        var special = parameter.GenericParameterAttributes & GenericParameterAttributes.SpecialConstraintMask;
        if (special != GenericParameterAttributes.None)
            bounds.Insert(0, special.ToString());
        return bounds.Count == 0 ? parameter.Name : $"{parameter.Name} : {string.Join(" & ", bounds)}";
    }

    private static string Name(Type type)
    {
        if (type.IsGenericParameter)
            return type.Name;
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        if (type.IsByRef)
            return $"ref {Name(type.GetElementType()!)}";
        if (!type.IsGenericType)
            return (type.FullName ?? type.Name).Replace('+', '.');
        var definition = type.GetGenericTypeDefinition().FullName!.Replace('+', '.');
        return $"{definition}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
