using System.Collections.Immutable;
using System.Net;
using Orleans.Runtime;

namespace Orleans.Kv.Tests.Runtime.Serialization;

public sealed class RoundTripTests
{
    public static TheoryData<object> Scalars() =>
    [
        true, 'x', (sbyte)-5, (byte)200, short.MinValue, ushort.MaxValue, int.MinValue, -1, 0, 1, int.MaxValue, uint.MaxValue,
        long.MinValue, long.MaxValue, 1L << 60, ulong.MaxValue, 1.5f, float.NaN, -2.25d, double.Epsilon, 12345.6789m, decimal.MinValue,
        "", "plain", "grüße, 世界 🎉", new string('ä', 42), new string('z', 43), new string('€', 5000),
        Guid.Parse("0d5f8a36-6a6b-4f3e-8a8b-1c2d3e4f5a6b"), Guid.Empty, new DateTime(2026, 11, 21, 3, 0, 0, DateTimeKind.Utc), DateTime.MinValue,
        new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.FromMinutes(-570)), TimeSpan.MinValue, TimeSpan.FromTicks(1),
        new DateOnly(2026, 11, 21), new TimeOnly(23, 59, 59, 999), Int128.MinValue, UInt128.MaxValue,
        new Uri("https://example.org/a?b=c"), new Uri("relative/path", UriKind.Relative), new Version(1, 2, 3, 4),
        IPAddress.Loopback, IPAddress.Parse("2001:db8::1"), new IPEndPoint(IPAddress.IPv6Loopback, 65535),
        Colour.Blue, (Colour)99, Extreme.Low, Extreme.High,
        SiloAddress.New(IPAddress.Parse("10.1.2.3"), 11111, 42), GrainId.Create("kind", "a/key"), GrainType.Create("kind"),
    ];

    [Theory]
    [MemberData(nameof(Scalars))]
    public void Scalar_InAnObjectSlot_ArrivesAsItWas(object value)
    {
        var arrived = Serialized.RoundTrip(value);
        Assert.Equal(value, arrived);
        Assert.True(value is Uri or IPAddress || value.GetType() == arrived.GetType(), $"{value.GetType()} arrived as {arrived.GetType()}");
    }

    [Fact]
    public void Scalars_InTheirOwnSlots_ArriveAsTheyWere()
    {
        Assert.Equal(long.MinValue, Serialized.RoundTrip(long.MinValue));
        Assert.Equal(ulong.MaxValue, Serialized.RoundTrip(ulong.MaxValue));
        Assert.Equal('€', Serialized.RoundTrip('€'));
        Assert.Equal("text", Serialized.RoundTrip("text"));
        Assert.Null(Serialized.RoundTrip<string?>(null));
        Assert.Equal(Colour.Green, Serialized.RoundTrip(Colour.Green));
        Assert.Equal(DateTimeKind.Utc, Serialized.RoundTrip(DateTime.UnixEpoch).Kind);
        Assert.Equal(typeof(Payload), Serialized.RoundTrip(typeof(Payload)));
    }

    [Fact]
    public void Nullable_KeepsTheDifferenceBetweenNullAndZero()
    {
        Assert.Null(Serialized.RoundTrip<int?>(null));
        Assert.Equal(0, Serialized.RoundTrip<int?>(0));
        Assert.Equal(5, Serialized.RoundTrip<int?>(5));
        Assert.Equal(new Point(0, 0), Serialized.RoundTrip<Point?>(default(Point)));
        Assert.Null(Serialized.RoundTrip<Point?>(null));
    }

    [Fact]
    public void Records_KeepPositionalAndBodyMembersApart()
    {
        Assert.Equal(new Point(-1, 7), Serialized.RoundTrip(new Point(-1, 7)));
        var mixed = Serialized.RoundTrip(new Mixed(1, "two") { Body = 3, More = "four" });
        Assert.Equal(new Mixed(1, "two") { Body = 3, More = "four" }, mixed);
        Assert.Equal(new Numbered(5, "three"), Serialized.RoundTrip(new Numbered(5, "three")));
        var payload = Serialized.RoundTrip(new Payload(1, "t", [1, 2, 3]));
        Assert.Equal((1, "t"), (payload.Number, payload.Text));
        Assert.Equal([1, 2, 3], payload.Bytes);
    }

    [Fact]
    public void Inheritance_EachClassCountsItsMembersForItself()
    {
        var square = new Square { Name = "unit", Length = 2.5 };
        square.Count(4);
        var arrived = Assert.IsType<Square>(Serialized.RoundTrip<Shape>(square));
        Assert.Equal(("unit", 4, 2.5), (arrived.Name, arrived.Sides, arrived.Length));
        Assert.IsType<Shape>(Serialized.RoundTrip(new Shape { Name = "plain" }));
    }

    [Fact]
    public void Polymorphic_MembersArriveAsTheirOwnTypes()
    {
        Animal[] animals = [new Dog("Rex", 3), new Fish("Wanda", true), new Dog("Ada", 5)];
        Assert.Equal(animals, Serialized.RoundTrip(animals));
        Assert.Equal<Animal>([.. animals], Serialized.RoundTrip(animals.ToList()));
    }

    [Fact]
    public void Members_OfEveryKindOfAccess_Arrive()
    {
        var required = new Required
        {
            Name = "n", Version = long.MaxValue, Value = new byte[] { 9, 8 }, Marks = [1, 2], Origin = Guid.NewGuid(), Preset = 0,
        };
        var arrived = Serialized.RoundTrip(required);
        Assert.Equal((required.Name, required.Version, required.Origin, 0), (arrived.Name, arrived.Version, arrived.Origin, arrived.Preset));
        Assert.Equal(required.Value.ToArray(), arrived.Value.ToArray());
        Assert.Equal<int>(required.Marks, arrived.Marks);
        var empty = Serialized.RoundTrip(new Required { Name = "" });
        Assert.Equal(("", null, 7), (empty.Name, empty.Version, empty.Preset));
        Assert.True(empty.Value.IsEmpty);
    }

    [Fact]
    public void Structs_WithFieldsAndProperties_Arrive()
    {
        var arrived = Serialized.RoundTrip(new Mutable { Value = 4, Items = [1, 2] });
        Assert.Equal(4, arrived.Value);
        Assert.Equal([1, 2], arrived.Items);
        Assert.Equal([new Point(1, 2), new Point(3, 4)], Serialized.RoundTrip<Point[]>([new(1, 2), new(3, 4)]));
    }

    [Fact]
    public void Generics_OfGenerics_Arrive()
    {
        var box = Serialized.RoundTrip(new Box<Box<List<Point>>> { Content = new() { Content = [new(1, 1)] } });
        Assert.Equal([new Point(1, 1)], box.Content!.Content!);
        object inObject = new Box<Dictionary<string, int[]>> { Content = new() { ["a"] = [1] } };
        Assert.Equal([1], Assert.IsType<Box<Dictionary<string, int[]>>>(Serialized.RoundTrip(inObject)).Content!["a"]);
    }

    [Fact]
    public void Collections_KeepElementsOrderAndComparer()
    {
        Assert.Equal(["a", "b"], Serialized.RoundTrip(new List<string> { "a", "b" }));
        Assert.Equal([1, 2, 3], Serialized.RoundTrip<int[]>([1, 2, 3]));
        Assert.Equal([Colour.Red, Colour.Blue], Serialized.RoundTrip<Colour[]>([Colour.Red, Colour.Blue]));
        Assert.Equal<byte>([1, 2, 3], Serialized.RoundTrip<byte[]>([1, 2, 3]));
        Assert.Equal([1.5, -2.5], Serialized.RoundTrip<double[]>([1.5, -2.5]));
        Assert.Equal(new List<string?> { null, "x" }, Serialized.RoundTrip<string?[]>([null, "x"]));
        Assert.Equal([[1], [], [2, 3]], Serialized.RoundTrip<int[][]>([[1], [], [2, 3]]));
        Assert.Equal(new HashSet<string> { "a", "b" }, Serialized.RoundTrip(new HashSet<string> { "a", "b" }));
        Assert.Equal([3, 1, 2], Serialized.RoundTrip(new Queue<int>([3, 1, 2])));
        Assert.Equal(new Stack<int>([3, 1, 2]), Serialized.RoundTrip(new Stack<int>([3, 1, 2])));
        Assert.Equal<string>(["a"], Serialized.RoundTrip(ImmutableArray.Create("a")));
        Assert.Equal(["a"], Serialized.RoundTrip(ImmutableList.Create("a")));
        Assert.Equal(1, Serialized.RoundTrip(ImmutableDictionary<string, int>.Empty.Add("a", 1))["a"]);
        var dictionary = Serialized.RoundTrip(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["Key"] = 1 });
        Assert.Equal(1, dictionary["KEY"]);
    }

    [Fact]
    public void Tuples_OfAllSizes_Arrive()
    {
        Assert.Equal((1, "b"), Serialized.RoundTrip((1, "b")));
        Assert.Equal((1, 2, 3, 4, 5, 6, 7, 8, 9), Serialized.RoundTrip((1, 2, 3, 4, 5, 6, 7, 8, 9)));
        Assert.Equal(Tuple.Create("a", 2), Serialized.RoundTrip(Tuple.Create("a", 2)));
        Assert.Equal(KeyValuePair.Create("a", 2), Serialized.RoundTrip(KeyValuePair.Create("a", 2)));
    }

    [Fact]
    public void InterfaceSlots_TakeAnyCollection()
    {
        Assert.Equal(["a", "b"], Serialized.RoundTrip(new Holder { Names = ["a", "b"] }).Names!);
        Assert.Equal(["a"], Serialized.RoundTrip(new Holder { Names = new List<string> { "a" } }).Names!);
        Assert.Equal(["a"], Serialized.RoundTrip(new Holder { Names = Names("a") }).Names!);
    }

    private static string[] Names(params string[] names) => names;

    [Fact]
    public void SharedObjects_StayShared_AndCyclesClose()
    {
        var shared = new Node { Label = "shared" };
        var arrived = Serialized.RoundTrip(new Holder { Anything = shared, Again = shared });
        Assert.Same(arrived.Anything, arrived.Again);

        var ring = new Node { Label = "ring" };
        ring.Next = new Node { Label = "other", Next = ring };
        ring.Children.Add(ring);
        var back = Serialized.RoundTrip(ring);
        Assert.Same(back, back.Next!.Next);
        Assert.Same(back, Assert.Single(back.Children));
    }

    [Fact]
    public void ManyObjects_BeyondTheFewThatAreScanned_StayShared()
    {
        var nodes = Enumerable.Range(0, 500).Select(i => new Node { Label = $"{i}" }).ToList();
        var arrived = Serialized.RoundTrip<List<Node>>([.. nodes, .. nodes]);
        for (var i = 0; i < nodes.Count; i++) Assert.Same(arrived[i], arrived[i + nodes.Count]);
    }

    [Fact]
    public void LargeValues_OverManyBuffers_Arrive()
    {
        var bytes = new byte[3_000_000];
        new Random(17).NextBytes(bytes);
        var arrived = Serialized.RoundTrip(new Payload(1, new string('ß', 200_000), bytes));
        Assert.Equal(200_000, arrived.Text.Length);
        Assert.Equal(bytes, arrived.Bytes);
    }
}
