using Orleans.Serialization.Codecs;
using Orleans.Serialization.Types;

namespace Orleans.Kv.Tests.Runtime.Serialization.Internals;

public sealed class MarkedTypesTests
{
    /// <summary>A member of a type without a codec would only be noticed by the first message that carries one.</summary>
    [Fact]
    public void EveryMember_OfEveryMarkedType_HasACodec()
    {
        var assemblies = ApplicationAssemblies.All().Where(assembly => assembly.GetName().Name!.StartsWith("Orleans.Kv.", StringComparison.Ordinal)).ToList();
        Assert.Contains(typeof(IGrain).Assembly, assemblies);
        var faults =
            from assembly in assemblies
            from type in ApplicationAssemblies.TypesOf(assembly)
            where type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false) && !type.IsEnum && !type.ContainsGenericParameters
            from section in SerializableType.Of(type).Sections
            from member in section.Members
            let reason = CodecFactory.Get(member.Type).Unsupported
            where reason is not null
            select $"{type} field {member.Id}: {reason}";
        Assert.Empty(faults);
    }
}
