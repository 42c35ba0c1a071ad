using System.Collections.Immutable;

namespace Orleans.Kv.Tests.Runtime.Serialization;

// Types of every shape that an application sends.

[GenerateSerializer, Alias("tests.Payload")]
public sealed record Payload(int Number, string Text, byte[] Bytes);

[GenerateSerializer]
public readonly record struct Point(int X, int Y);

[GenerateSerializer]
public sealed record Mixed(int First, string Second)
{
    [Id(0)]
    public int Body { get; init; }

    [Id(1)]
    public string? More { get; init; }
}

[GenerateSerializer]
public sealed record Numbered([property: Id(5)] int Five, [property: Id(3)] string Three);

[GenerateSerializer]
public class Shape
{
    [Id(0)]
    public string? Name { get; set; }

    [Id(1)]
    public int Sides { get; private set; }

    public void Count(int sides) => Sides = sides;
}

[GenerateSerializer]
public sealed class Square : Shape
{
    // The same number as in the base class: each class counts for itself.
    [Id(0)]
    public double Length { get; init; }
}

[GenerateSerializer]
public abstract record Animal(string Name);

[GenerateSerializer]
public sealed record Dog(string Name, int Age) : Animal(Name);

[GenerateSerializer]
public sealed record Fish(string Name, bool IsSalt) : Animal(Name);

[GenerateSerializer]
public sealed class Box<T>
{
    [Id(0)]
    public T? Content { get; set; }
}

[GenerateSerializer]
public sealed class Node
{
    [Id(0)]
    public string? Label { get; set; }

    [Id(1)]
    public Node? Next { get; set; }

    [Id(2)]
    public List<Node> Children { get; set; } = [];
}

[GenerateSerializer]
public enum Colour : byte
{
    Red = 1,
    Green = 2,
    Blue = 200,
}

[GenerateSerializer]
public enum Extreme
{
    Low = int.MinValue,
    None = 0,
    High = int.MaxValue,
}

[GenerateSerializer]
public sealed class Required
{
    [Id(0)]
    public required string Name { get; init; }

    [Id(1)]
    public long? Version { get; init; }

    [Id(2)]
    public ReadOnlyMemory<byte> Value { get; init; }

    [Id(3)]
    public ImmutableArray<int> Marks { get; init; }

    [Id(4)]
    public Guid Origin { get; init; }

    [Id(5)]
    public int Preset { get; init; } = 7;
}

[GenerateSerializer]
public struct Mutable
{
    [Id(0)]
    private int _value;

    public int Value
    {
        readonly get => _value;
        set => _value = value;
    }

    [Id(1)]
    public List<int>? Items { get; set; }
}

[GenerateSerializer, Immutable]
public sealed class Frozen(byte[] bytes)
{
    [Id(0)]
    public byte[] Bytes { get; } = bytes;
}

[GenerateSerializer]
public sealed class Holder
{
    [Id(0)]
    public object? Anything { get; set; }

    [Id(1)]
    public object? Again { get; set; }

    [Id(2), Immutable]
    public byte[]? Shared { get; set; }

    [Id(3)]
    public byte[]? Own { get; set; }

    [Id(4)]
    public IReadOnlyList<string>? Names { get; set; }
}

[GenerateSerializer]
public sealed class RefusedException : Exception
{
    public RefusedException(string message, int code)
        : base(message) => Code = code;

    [Id(0)]
    public int Code { get; }
}

public sealed class Unmarked
{
    public int Value { get; set; }
}

// Has no attribute, so only its name and message can arrive.
public sealed class LocalException(string message, Exception inner) : Exception(message, inner);
