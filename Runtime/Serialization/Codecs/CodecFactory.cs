using System.Collections.Concurrent;
using System.Net;
using System.Numerics;
using Orleans.Runtime;
using Orleans.Serialization.Types;

namespace Orleans.Serialization.Codecs;

/// <summary>Chooses the codec for a type, once per type and process. It never fails: a type that cannot cross gets a codec that says so.</summary>
internal static class CodecFactory
{
    private static readonly ConcurrentDictionary<Type, Codec> Codecs = new();

    static CodecFactory()
    {
        foreach (var codec in Scalars()) Codecs[codec.Type] = codec;
    }

    public static Codec Get(Type type) => Codecs.TryGetValue(type, out var codec) ? codec : Codecs.GetOrAdd(type, Create);

    private static IEnumerable<Codec> Scalars() =>
    [
        new BooleanCodec(), new CharCodec(), new SByteCodec(), new ByteCodec(), new Int16Codec(), new UInt16Codec(), new Int32Codec(),
        new UInt32Codec(), new Int64Codec(), new UInt64Codec(), new Int128Codec(), new UInt128Codec(), new HalfCodec(), new SingleCodec(),
        new DoubleCodec(), new DecimalCodec(), new StringCodec(), new GuidCodec(), new DateTimeCodec(), new DateTimeOffsetCodec(),
        new TimeSpanCodec(), new DateOnlyCodec(), new TimeOnlyCodec(), new UriCodec(), new VersionCodec(), new TypeCodec(),
        new CancellationTokenCodec(), new ByteArrayCodec(), new ReadOnlyMemoryCodec(), new MemoryCodec(),
        new BlockCodec<BigInteger>(static value => value.ToByteArray(), static bytes => new BigInteger(bytes)),
        new BlockCodec<IPAddress>(IdentityBlocks.FromAddress, IdentityBlocks.ToAddress),
        new BlockCodec<IPEndPoint>(IdentityBlocks.FromEndpoint, IdentityBlocks.ToEndpoint),
        new BlockCodec<SiloAddress>(IdentityBlocks.FromSilo, IdentityBlocks.ToSilo),
        new BlockCodec<IdSpan>(IdentityBlocks.FromSpan, IdentityBlocks.ToSpan),
        new BlockCodec<GrainId>(IdentityBlocks.FromGrain, IdentityBlocks.ToGrain),
        new BlockCodec<GrainType>(static type => IdentityBlocks.FromSpan(type.Value), static bytes => new GrainType(IdentityBlocks.ToSpan(bytes))),
        new BlockCodec<GrainInterfaceType>(
            static type => IdentityBlocks.FromSpan(type.Value),
            static bytes => new GrainInterfaceType(IdentityBlocks.ToSpan(bytes))),
    ];

    private static Codec Create(Type type)
    {
        if (type.IsPointer || type.IsByRef || type.IsByRefLike || type.ContainsGenericParameters || type == typeof(void))
            return new UnsupportedCodec<object>($"{type} is not a type of values.");
        if (type.IsEnum) return Make(typeof(EnumCodec<>), type);
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Make(typeof(NullableCodec<>), underlying);
        if (type.IsSZArray) return CreateArray(type.GetElementType()!);
        // Hidden classes of the framework behind public ones: System.RuntimeType, the read-only addresses of IPAddress.
        if (typeof(Type).IsAssignableFrom(type)) return Get(typeof(Type));
        if (type.IsSubclassOf(typeof(IPAddress))) return Get(typeof(IPAddress));
        if (typeof(IAddressable).IsAssignableFrom(type)) return CreateReference(type);
        if (CollectionCodecs.TryCreate(type) is { } collection) return collection;
        if (type.IsInterface || type.IsAbstract || type == typeof(object)) return Make(typeof(PolymorphicCodec<>), type);
        if (SerializableType.IsSerializable(type)) return Make(type.IsValueType ? typeof(StructCodec<>) : typeof(ClassCodec<>), type);
        return Make(
            typeof(UnsupportedCodec<>),
            type,
            $"Nothing knows how to write values of type {type}. Types that cross between processes carry [GenerateSerializer].");
    }

    private static Codec CreateArray(Type element)
    {
        var isBlock = Type.GetTypeCode(element) is >= TypeCode.SByte and <= TypeCode.Double && !element.IsEnum;
        return Make(isBlock ? typeof(BlockArrayCodec<>) : typeof(ArrayCodec<>), element);
    }

    // In a slot of type object even a grain itself may stand, which is written as its reference.
    private static Codec CreateReference(Type type) =>
        Make(typeof(ReferenceCodec<>), type.IsSubclassOf(typeof(GrainReference)) ? typeof(GrainReference) : type);

    private static Codec Make(Type definition, Type argument, params object[] arguments) =>
        (Codec)Activator.CreateInstance(definition.MakeGenericType(argument), arguments)!;
}
