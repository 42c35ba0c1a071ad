namespace Orleans.Kv.Tests.Runtime.Serialization;

/// <summary>Two builds of the same message: each reads what the other wrote, with fields added, removed and renamed.</summary>
public sealed class VersionToleranceTests
{
    [Fact]
    public void NewerWriter_OlderReader_SkipsWhatItDoesNotKnow()
    {
        var old = Serialized.ReadAs<NewOrder, OldOrder>(new NewOrder
        {
            Number = 1,
            Label = "renamed",
            Extra = new Payload(1, "nested", [1]),
            Numbers = [1, 2, 3],
            Price = 1.5m,
            Names = new() { ["a"] = [new Point(1, 2)] },
            Rate = 2.5,
            Ratio = 1f,
            Stamp = long.MaxValue,
            Last = "end",
        });
        Assert.Equal((1, "renamed", "end"), (old.Number, old.Name, old.Last));
    }

    [Fact]
    public void OlderWriter_NewerReader_KeepsItsDefaults()
    {
        var order = Serialized.ReadAs<OldOrder, NewOrder>(new OldOrder { Number = 1, Name = "n", Last = "end" });
        Assert.Equal((1, "n", "end"), (order.Number, order.Label, order.Last));
        Assert.Null(order.Extra);
        Assert.Null(order.Numbers);
        Assert.Equal(42, order.Preset);
    }

    [Fact]
    public void ReferenceIntoASkippedField_IsStillFound()
    {
        var shared = new Node { Label = "shared", Next = new Node { Label = "next" } };
        var reader = Serialized.ReadAs<NewPair, OldPair>(new NewPair { Added = shared, Known = shared, Also = shared.Next });
        Assert.Equal("shared", reader.Known!.Label);
        Assert.Same(reader.Known.Next, reader.Also);
    }

    [Fact]
    public void Records_MayGainPositionalMembersAtTheEnd()
    {
        Assert.Equal(new OldPoint(1), Serialized.ReadAs<NewPoint, OldPoint>(new NewPoint(1, "more")));
        Assert.Equal(new NewPoint(1, null), Serialized.ReadAs<OldPoint, NewPoint>(new OldPoint(1)));
    }

    [Fact]
    public void Enums_KeepNumbersThatHaveNoNameHere() =>
        Assert.Equal(77, (int)Serialized.ReadAs<Box<NewState>, Box<OldState>>(new Box<NewState> { Content = NewState.Added }).Content);

    [GenerateSerializer]
    public sealed class OldOrder
    {
        [Id(0)]
        public int Number { get; set; }

        [Id(1)]
        public string? Name { get; set; }

        [Id(90)]
        public string? Last { get; set; }
    }

    [GenerateSerializer]
    public sealed class NewOrder
    {
        [Id(0)]
        public int Number { get; set; }

        [Id(1)]
        public string? Label { get; set; }

        [Id(2)]
        public Payload? Extra { get; set; }

        [Id(3)]
        public int[]? Numbers { get; set; }

        [Id(4)]
        public decimal Price { get; set; }

        [Id(5)]
        public Dictionary<string, List<Point>>? Names { get; set; }

        [Id(6)]
        public double Rate { get; set; }

        [Id(7)]
        public float Ratio { get; set; }

        [Id(20)]
        public long Stamp { get; set; }

        [Id(21)]
        public int Preset { get; set; } = 42;

        [Id(90)]
        public string? Last { get; set; }
    }

    [GenerateSerializer]
    public sealed class OldPair
    {
        [Id(1)]
        public Node? Known { get; set; }

        [Id(2)]
        public Node? Also { get; set; }
    }

    [GenerateSerializer]
    public sealed class NewPair
    {
        [Id(0)]
        public Node? Added { get; set; }

        [Id(1)]
        public Node? Known { get; set; }

        [Id(2)]
        public Node? Also { get; set; }
    }

    [GenerateSerializer]
    public readonly record struct OldPoint(int X);

    [GenerateSerializer]
    public readonly record struct NewPoint(int X, string? Name);

    [GenerateSerializer]
    public enum OldState
    {
        None = 0,
    }

    [GenerateSerializer]
    public enum NewState
    {
        None = 0,
        Added = 77,
    }
}
