using System.Reflection;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Tests.Api.Contracts;

/// <summary>
/// Two builds understand each other for as long as numbers keep their meaning, and methods their names: a later build may add to <c>contracts.txt</c> and change no line of it, except for the name of
/// a field or value whose meaning stays. What was ever there stays reserved, marked by "gone" at the end of its line where no build has it any more.
/// </summary>
public sealed class ContractsTests
{
    private const string Gone = " gone";
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Type[] Types = typeof(OperationRequest).Assembly.GetTypes();

    [Fact]
    public void NumbersAndNames_AreThoseOfEarlierBuilds_AndNewOnesAreListed()
    {
        var listed = Listed();
        var present = Present().ToList();

        var lost = listed.Where(line => !line.EndsWith(Gone, StringComparison.Ordinal)).Except(present).ToList();
        Assert.True(lost.Count == 0, $"A build of another version writes and reads these, and would misread what this one does:\n{string.Join('\n', lost)}");
        var revived = listed.Where(line => line.EndsWith(Gone, StringComparison.Ordinal)).Select(Place).Intersect(present.Select(Place)).ToList();
        Assert.True(revived.Count == 0, $"These numbers or names had another meaning once:\n{string.Join('\n', revived)}");
        var added = present.Except(listed).ToList();
        Assert.True(added.Count == 0, $"New, to be added to contracts.txt:\n{string.Join('\n', added)}");
    }

    [Fact]
    public void EveryContract_HasANameThatOutlivesItsClass()
    {
        var contracts = Types.Where(type => IsMessage(type) || IsGrainInterface(type)).ToList();

        Assert.All(contracts, type => Assert.NotNull(Alias(type)));
        Assert.Equal(contracts.Count, contracts.Select(Alias).Distinct().Count());
    }

    private static string[] Listed()
    {
        using var reader = new StreamReader(typeof(ContractsTests).Assembly.GetManifestResourceStream("contracts.txt")!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static IEnumerable<string> Present() => Types.Where(IsMessage).SelectMany(FieldsOf).Concat(Types.Where(IsGrainInterface).SelectMany(MethodsOf)).Order(StringComparer.Ordinal);

    private static bool IsMessage(Type type) => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false);

    // Those that the engine's generator writes are no interfaces.
    private static bool IsGrainInterface(Type type) => type.IsInterface && typeof(Orleans.Runtime.IAddressable).IsAssignableFrom(type);

    private static IEnumerable<string> FieldsOf(Type type) => type.IsEnum
        ? Enum.GetNames(type).Select(name => $"{Alias(type)} {Convert.ToInt64(Enum.Parse(type, name), null)} {name}")
        : from property in type.GetProperties(Members)
          let id = property.GetCustomAttribute<IdAttribute>()
          where id is not null
          select $"{Alias(type)} {id.Id} {property.Name} {Text(property.PropertyType)}";

    private static IEnumerable<string> MethodsOf(Type type) => type.GetMethods().Select(method =>
        $"{Alias(type)}.{method.GetCustomAttribute<AliasAttribute>()?.Alias ?? method.Name} ({string.Join(", ", method.GetParameters().Select(parameter => Text(parameter.ParameterType)))}) {Text(method.ReturnType)}");

    /// <summary>The type by the name that it has on the wire, if it is one of ours: its class may be renamed.</summary>
    private static string Text(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value) return Text(value) + "?";
        if (type.IsArray) return Text(type.GetElementType()!) + "[]";
        if (type.IsGenericType) return $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Text))}>";
        return Alias(type) ?? type.Name;
    }

    /// <summary>What a line gives a meaning to: a type's number, or a method's name.</summary>
    private static string Place(string line) => string.Join(' ', line.Split(' ').Take(line.Split(' ')[0].Count(letter => letter == '.') > 1 ? 1 : 2));

    private static string? Alias(Type type) => type.GetCustomAttribute<AliasAttribute>()?.Alias;
}
