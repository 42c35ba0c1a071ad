using System.Buffers;
using System.Diagnostics;
using System.Text;
using Orleans.Serialization;

namespace Orleans.Kv.Tests.Runtime.Serialization.Internals;

/// <summary>
/// Bodies made to harm: whatever the bytes are, the reader answers with <see cref="SerializerException"/>, soon, and without
/// allocating what it was not sent.
/// </summary>
public sealed class HostileBodyTests
{
    private const byte Object = 5;
    private const byte Bytes = 4;
    private const byte Varint = 1;
    private const byte End = 0;

    [Fact]
    public void EveryTruncation_IsRefused()
    {
        var body = Serialized.Serializer.SerializeToArray(Sample());
        for (var length = 0; length < body.Length; length++) Refused<Holder>(body[..length]);
    }

    [Fact]
    public void BytesLeftOver_AreRefused() => Refused<int>([.. Serialized.Serializer.SerializeToArray(5), 0]);

    [Fact]
    public void RandomDamage_IsReadOrRefused_AndNothingElse()
    {
        var random = new Random(20261121);
        var body = Serialized.Serializer.SerializeToArray(Sample());
        for (var round = 0; round < 10_000; round++)
        {
            var damaged = body.ToArray();
            for (var hits = random.Next(1, 4); hits > 0; hits--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            ReadOrRefused<Holder>(damaged);
        }
    }

    [Fact]
    public void RandomBytes_AreReadOrRefused_AndNothingElse()
    {
        var random = new Random(4711);
        for (var round = 0; round < 10_000; round++)
        {
            var body = new byte[random.Next(1, 64)];
            random.NextBytes(body);
            body[0] = Object;
            if (body.Length > 1) body[1] = 0;
            ReadOrRefused<Holder>(body);
            ReadOrRefused<List<Node>>(body);
        }
    }

    [Fact]
    public void DepthBomb_IsRefused_WrittenReadOrSkipped()
    {
        // Field 1 of a node is the next node.
        byte[] level = [(1 << 3) | Object, 0];
        Refused<Node>([Object, 0, .. Enumerable.Repeat(level, 100_000).SelectMany(bytes => bytes)]);
        // Field 9 is not known, so this is skipped.
        byte[] unknown = [(9 << 3) | Object, 0];
        Refused<Node>([Object, 0, .. Enumerable.Repeat(unknown, 100_000).SelectMany(bytes => bytes)]);

        var chain = new Node();
        for (var i = 0; i < 100_000; i++) chain = new Node { Next = chain };
        var refused = Assert.Throws<SerializerException>(() => Serialized.Serializer.SerializeToArray(chain));
        Assert.Contains("256", refused.Message, StringComparison.Ordinal);
        Assert.Throws<SerializerException>(() => Serialized.Copy(chain));
    }

    [Fact]
    public void DepthWithinTheLimit_IsNoBomb()
    {
        var chain = new Node();
        for (var i = 0; i < 120; i++) chain = new Node { Next = chain };
        Assert.NotNull(Serialized.RoundTrip(chain).Next);
    }

    [Fact]
    public void LengthBomb_AllocatesNothing()
    {
        // Two thousand million elements, bytes, characters: and nothing behind it.
        byte[] huge = [0xFF, 0xFF, 0xFF, 0xFF, 0x07];
        AllocatesLittle<List<Guid>>([Object, 0, Varint, .. huge]);
        AllocatesLittle<Guid[]>([Object, 0, Varint, .. huge]);
        AllocatesLittle<Dictionary<Guid, Guid>>([Object, 0, Varint, .. huge]);
        AllocatesLittle<HashSet<Guid>>([Object, 0, Varint, .. huge]);
        AllocatesLittle<byte[]>([Bytes, .. huge]);
        AllocatesLittle<string>([Bytes, .. huge]);
        AllocatesLittle<long[]>([Object, 0, (2 << 3) | Bytes, .. huge]);
    }

    [Fact]
    public void CountThatTheBodyCouldHold_IsNotBelieved()
    {
        // A megabyte of nothing that could be a million elements of 48 bytes each.
        var body = new byte[1_000_000];
        byte[] head = [Object, 0, Varint, 0xC0, 0x84, 0x3D];
        head.CopyTo(body, 0);
        AllocatesLittle<(Guid, Guid, Guid)[]>(body);
        AllocatesLittle<List<(Guid, Guid, Guid)>>(body);
    }

    [Fact]
    public void TypeNames_OutsideTheCatalog_AreNeverLoaded()
    {
        foreach (var name in new[]
        {
            "System.Diagnostics.Process", "System.IO.FileInfo", "System.Data.DataSet, System.Data", typeof(Unmarked).FullName!,
            "list<System.IO.FileInfo>", "list<list<list<list<list<list<list<list<list<list<int>>>>>>>>>>", "int[][][][][][][][][][]",
            "list<", "list<int", "list<int,int>", "list", "nullable<string>", "<>", "[]", "\\", new string('x', 5000), "",
            "!System.IO.FileInfo",
        })
        {
            var body = Named(name, End);
            var exception = Record.Exception(() => Serialized.Serializer.Deserialize<Holder>(body));
            Assert.True(
                exception is SerializerException || name[0] == '!',
                $"\"{name}\" gave {exception?.GetType().Name ?? "no error"}: {exception?.Message}");
        }
    }

    [Fact]
    public void TypeThatDoesNotFitItsSlot_IsRefused_BeforeItIsMade()
    {
        // A list where an animal belongs.
        var body = Serialized.Serializer.SerializeToArray(new Box<object> { Content = new List<int> { 1 } });
        Refused<Box<Animal>>(body);
        Refused<Box<string>>(body);
        Refused<Box<int>>(body);
    }

    [Fact]
    public void OtherSpellings_OfATypeName_AreTheSameType()
    {
        Assert.Empty(Assert.IsType<List<int>>(Serialized.Serializer.Deserialize<Holder>(Named("list<int>", 0x07, 0))!.Anything!));
        Assert.Empty(Assert.IsType<List<int>>(Serialized.Serializer.Deserialize<Holder>(Named("\\l\\ist<i\\nt>", 0x07, 0))!.Anything!));
    }

    [Fact]
    public void ReferencesIntoSkippedFields_CannotMakeAReaderBusy()
    {
        // One long skipped list of points, and a list of references to it: each would read it again.
        var body = new List<byte> { Object, 0, (9 << 3) | Object };
        var start = body.Count;
        body.AddRange([0, Varint, 0x90, 0x4E]);
        for (var i = 0; i < 10_000; i++) body.AddRange([(1 << 3) | Object, 0, End]);
        body.Add(End);
        body.AddRange([(2 << 3) | Object, 0, Varint, 0x90, 0x4E]);
        for (var i = 0; i < 10_000; i++) body.AddRange([(1 << 3) | 6, (byte)(start + 4 + (i % 100))]);
        body.AddRange([End, End]);
        var watch = Stopwatch.StartNew();
        ReadOrRefused<Node>([.. body]);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"It took {watch.Elapsed}.");
    }

    [Fact]
    public void ReferenceToNowhere_IsRefused()
    {
        Refused<Node>([Object, 0, (1 << 3) | 6, 200, 1, End]);
        Refused<Node>([Object, 0, (1 << 3) | 6, 2, End]);
        Refused<Node>([Object, 0, 6, 1, End]);
    }

    [Fact]
    public void Sequences_InPieces_AreReadLikeWholeOnes()
    {
        var body = Serialized.Serializer.SerializeToArray(Sample());
        var first = new Piece(body.AsMemory(0, 7), null);
        var last = new Piece(body.AsMemory(7), first);
        var arrived = Serialized.Serializer.Deserialize<Holder>(new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length))!;
        Assert.Equal([1, 2, 3], arrived.Own);
    }

    private static byte[] Named(string name, params byte[] content)
    {
        var text = Encoding.UTF8.GetBytes(name);
        List<byte> body = [Object, 0, Object, 1];
        for (var rest = (uint)text.Length; ; rest >>= 7)
        {
            body.Add((byte)(rest >= 0x80 ? rest | 0x80 : rest));
            if (rest < 0x80) break;
        }

        return [.. body, .. text, .. content, End];
    }

    private static void Refused<T>(byte[] body) =>
        Assert.IsAssignableFrom<SerializerException>(Record.Exception(() => Serialized.Serializer.Deserialize<T>(body)));

    private static void ReadOrRefused<T>(byte[] body)
    {
        var exception = Record.Exception(() => Serialized.Serializer.Deserialize<T>(body));
        Assert.True(exception is null or SerializerException, $"{exception} for {Convert.ToHexString(body)}");
    }

    private static void AllocatesLittle<T>(byte[] body)
    {
        Refused<T>(body);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refused<T>(body);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 512 * 1024, $"{typeof(T)} allocated {allocated} bytes.");
    }

    private static Holder Sample() => new()
    {
        Anything = new List<Animal> { new Dog("Rex", 3), new Fish("Wanda", true) },
        Again = new Dictionary<string, int[]> { ["a"] = [1, 2] },
        Own = [1, 2, 3],
        Names = ["x"],
    };

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? previous)
        {
            Memory = memory;
            if (previous is null) return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
