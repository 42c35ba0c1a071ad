using Orleans.Serialization;

namespace Orleans.Kv.Tests.Runtime.Serialization;

/// <summary>Bytes that no serializer wrote: there is an error, soon, and nothing else.</summary>
public sealed class BadInputTests
{
    [Fact]
    public void EveryTruncation_OfABody_IsAnError()
    {
        var body = Serialized.Serializer.SerializeToArray(Sample());
        for (var length = 0; length < body.Length; length++)
            Assert.ThrowsAny<Exception>(() => Serialized.Serializer.Deserialize<Holder>(body.AsSpan(0, length).ToArray()));
    }

    [Fact]
    public void UnmarkedType_CannotBeWritten()
    {
        Assert.Throws<CodecNotFoundException>(() => Serialized.Serializer.SerializeToArray(new Holder { Anything = new Unmarked() }));
        Assert.ThrowsAny<Exception>(() => Serialized.Serializer.SerializeToArray(new Holder { Anything = new List<Unmarked>() }));
        Assert.False(Serialized.Serializer.CanSerialize<Unmarked>());
        Assert.True(Serialized.Serializer.CanSerialize<Payload>());
    }

    private static Holder Sample() => new()
    {
        Anything = new List<Animal> { new Dog("Rex", 3), new Fish("Wanda", true) },
        Again = new Dictionary<string, int[]> { ["a"] = [1, 2] },
        Own = [1, 2, 3],
        Names = ["x"],
    };
}
