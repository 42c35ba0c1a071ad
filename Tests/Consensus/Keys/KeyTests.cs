using System.Text;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Keys;

public sealed class KeyTests
{
    [Fact]
    public void Key_IsItsBytes_WhateverItWasMadeOf()
    {
        var fromText = Key.From("größe/🙂");
        var fromBytes = Key.From("größe/🙂"u8);
        Assert.Equal(fromText, fromBytes);
        Assert.Equal(fromText.GetHashCode(), fromBytes.GetHashCode());
        Assert.Equal("größe/🙂", fromBytes.ToString());
        Assert.Equal(Slot.Of(Xxh64.Hash("größe/🙂"u8)), fromText.Slot);
    }

    [Fact]
    public void Dictionary_FindsAKeyByItsBytes()
    {
        var keys = new Dictionary<Key, int>(Key.Comparer) { [Key.From("a")] = 1, [Key.From("b")] = 2 };
        var lookup = keys.GetAlternateLookup<ReadOnlySpan<byte>>();
        Assert.Equal(2, lookup["b"u8]);
        Assert.False(lookup.ContainsKey("c"u8));
    }

    // No theory: the runner cannot carry a lone surrogate from discovery to execution.
    [Fact]
    public void BadText_IsRefusedWithAReason() => Assert.All(["", "\uD800", "a\uDC00b"], static text =>
    {
        Assert.False(Key.TryFrom(text, out _, out var fault));
        Assert.NotEmpty(fault);
        Assert.Throws<ArgumentException>(() => Key.From(text));
    });

    [Fact]
    public void Length_IsCountedInBytes()
    {
        Assert.True(Key.TryFrom(new string('a', Key.MaxBytes), out _, out _));
        Assert.False(Key.TryFrom(new string('a', Key.MaxBytes + 1), out _, out _));
        Assert.False(Key.TryFrom(new string('ü', (Key.MaxBytes / 2) + 1), out _, out _));
        Assert.False(Key.TryFrom(new byte[Key.MaxBytes + 1], out _, out _));
    }

    [Fact]
    public void BadUtf8_IsRefused() => Assert.False(Key.TryFrom([0xC3, 0x28], out _, out _));

    [Fact]
    public void Order_IsThatOfTheBytes()
    {
        string[] texts = ["b", "a", "aa", "ä", "Z", "🙂", "\uFFFD"];
        var byKey = texts.Select(Key.From).Order().Select(static key => key.ToString());
        var byBytes = texts.Order(Comparer<string>.Create(static (x, y) => Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y))));
        Assert.Equal(byBytes, byKey);
    }

    /// <summary>Where keys live must never change between builds: fixed examples.</summary>
    [Theory]
    [InlineData("a", 603)]
    [InlineData("abc", 409)]
    [InlineData("xxhash", 800)]
    public void Slots_AreFixedForEver(string text, int slot) => Assert.Equal(slot, Key.From(text).Slot.Index);
}
