using System.Collections.Immutable;
using System.Net;
using System.Numerics;
using Orleans.Runtime;

namespace Orleans.Serialization.Types;

/// <summary>The framework's types that have codecs, by their names on the wire. Names are never changed, only added.</summary>
internal static class WellKnownTypes
{
    public static IReadOnlyList<(string Name, Type Type)> All { get; } =
    [
        ("object", typeof(object)), ("bool", typeof(bool)), ("char", typeof(char)), ("string", typeof(string)),
        ("sbyte", typeof(sbyte)), ("byte", typeof(byte)), ("short", typeof(short)), ("ushort", typeof(ushort)),
        ("int", typeof(int)), ("uint", typeof(uint)), ("long", typeof(long)), ("ulong", typeof(ulong)),
        ("int128", typeof(Int128)), ("uint128", typeof(UInt128)), ("bigint", typeof(BigInteger)),
        ("half", typeof(Half)), ("float", typeof(float)), ("double", typeof(double)), ("decimal", typeof(decimal)),
        ("guid", typeof(Guid)), ("datetime", typeof(DateTime)), ("datetimeoffset", typeof(DateTimeOffset)), ("timespan", typeof(TimeSpan)),
        ("date", typeof(DateOnly)), ("time", typeof(TimeOnly)),
        ("uri", typeof(Uri)), ("version", typeof(Version)), ("type", typeof(Type)),
        ("ip", typeof(IPAddress)), ("endpoint", typeof(IPEndPoint)),
        ("memory", typeof(Memory<>)), ("rmemory", typeof(ReadOnlyMemory<>)),
        ("nullable", typeof(Nullable<>)), ("pair", typeof(KeyValuePair<,>)),
        ("list", typeof(List<>)), ("dict", typeof(Dictionary<,>)), ("set", typeof(HashSet<>)), ("queue", typeof(Queue<>)), ("stack", typeof(Stack<>)),
        ("sset", typeof(SortedSet<>)), ("imarray", typeof(ImmutableArray<>)), ("imlist", typeof(ImmutableList<>)),
        ("imset", typeof(ImmutableHashSet<>)), ("imdict", typeof(ImmutableDictionary<,>)),
        ("IEnumerable", typeof(IEnumerable<>)), ("IReadOnlyList", typeof(IReadOnlyList<>)), ("IReadOnlyCollection", typeof(IReadOnlyCollection<>)),
        ("IList", typeof(IList<>)), ("ICollection", typeof(ICollection<>)), ("ISet", typeof(ISet<>)), ("IReadOnlySet", typeof(IReadOnlySet<>)),
        ("IDictionary", typeof(IDictionary<,>)), ("IReadOnlyDictionary", typeof(IReadOnlyDictionary<,>)),
        ("tuple1", typeof(Tuple<>)), ("tuple2", typeof(Tuple<,>)), ("tuple3", typeof(Tuple<,,>)), ("tuple4", typeof(Tuple<,,,>)),
        ("tuple5", typeof(Tuple<,,,,>)), ("tuple6", typeof(Tuple<,,,,,>)), ("tuple7", typeof(Tuple<,,,,,,>)), ("tuple8", typeof(Tuple<,,,,,,,>)),
        ("vtuple0", typeof(ValueTuple)), ("vtuple1", typeof(ValueTuple<>)), ("vtuple2", typeof(ValueTuple<,>)), ("vtuple3", typeof(ValueTuple<,,>)),
        ("vtuple4", typeof(ValueTuple<,,,>)), ("vtuple5", typeof(ValueTuple<,,,,>)), ("vtuple6", typeof(ValueTuple<,,,,,>)),
        ("vtuple7", typeof(ValueTuple<,,,,,,>)), ("vtuple8", typeof(ValueTuple<,,,,,,,>)),
        ("exception", typeof(Exception)), ("aggregate", typeof(AggregateException)),
        ("reference", typeof(GrainReference)), ("grainid", typeof(GrainId)), ("graintype", typeof(GrainType)),
        ("graininterface", typeof(GrainInterfaceType)), ("idspan", typeof(IdSpan)), ("silo", typeof(SiloAddress)),
    ];
}
