namespace Orleans.Runtime.MembershipService;

/// <summary>One operation on the primary silo's table, as it crosses to it.</summary>
[GenerateSerializer]
internal sealed class TableRequest
{
    [Id(0)]
    public TableOperation Operation { get; set; }

    [Id(1)]
    public MembershipEntry? Entry { get; set; }

    [Id(2)]
    public string? Text { get; set; }

    [Id(3)]
    public TableVersion? Version { get; set; }

    [Id(4)]
    public SiloAddress? Silo { get; set; }

    [Id(5)]
    public DateTimeOffset Before { get; set; }
}
