using Orleans.Concurrency;

namespace Orleans.Kv.Tests.Runtime.Serialization;

/// <summary>What a call within one process may share between caller and callee, and what not.</summary>
public sealed class CopyTests
{
    [Fact]
    public void Mutable_IsCopied_Deeply()
    {
        var original = new Holder { Own = [1, 2], Anything = new List<Node> { new() { Label = "a" } }, Names = new List<string> { "x" } };
        var copy = Serialized.Copy(original);
        Assert.NotSame(original, copy);
        Assert.NotSame(original.Own, copy.Own);
        Assert.Equal(original.Own, copy.Own);
        var (from, to) = ((List<Node>)original.Anything, Assert.IsType<List<Node>>(copy.Anything));
        Assert.NotSame(from, to);
        Assert.NotSame(from[0], to[0]);
        Assert.Equal("a", to[0].Label);
        Assert.NotSame(original.Names, copy.Names);
    }

    [Fact]
    public void Immutable_IsShared_WhetherTypeMemberOrWrapper()
    {
        var frozen = new Frozen([1, 2]);
        Assert.Same(frozen, Serialized.Copy(frozen));
        var holder = new Holder { Shared = [1], Anything = frozen };
        var copy = Serialized.Copy(holder);
        Assert.Same(holder.Shared, copy.Shared);
        Assert.Same(frozen, copy.Anything);
        var wrapped = new List<int> { 1 }.AsImmutable();
        Assert.Same(wrapped.Value, Serialized.Copy(wrapped).Value);
        const string Text = "text";
        Assert.Same(Text, Serialized.Copy(Text));
    }

    [Fact]
    public void SharedAndCyclic_StaySo()
    {
        var shared = new Node();
        var copy = Serialized.Copy(new Holder { Anything = shared, Again = shared });
        Assert.Same(copy.Anything, copy.Again);
        var ring = new Node();
        ring.Next = ring;
        var ringCopy = Serialized.Copy(ring);
        Assert.NotSame(ring, ringCopy);
        Assert.Same(ringCopy, ringCopy.Next);
    }

    [Fact]
    public void Structs_OfImmutablePartsAreTheSame_OthersAreCopied()
    {
        Assert.Equal(new Point(1, 2), Serialized.Copy(new Point(1, 2)));
        var mutable = new Mutable { Value = 1, Items = [1] };
        var copy = Serialized.Copy(mutable);
        Assert.NotSame(mutable.Items, copy.Items);
        Assert.Equal(mutable.Items, copy.Items);
        var payload = new Payload(1, "t", [1]);
        Assert.NotSame(payload.Bytes, Serialized.Copy(payload).Bytes);
    }

    [Fact]
    public void Memory_IsCopied_SinceItsMakerMayWriteToIt()
    {
        byte[] bytes = [1, 2, 3];
        var copy = Serialized.Copy(new ReadOnlyMemory<byte>(bytes, 1, 2));
        bytes[1] = 99;
        Assert.Equal([2, 3], copy.ToArray());
    }
}
