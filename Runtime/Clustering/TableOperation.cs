namespace Orleans.Runtime.MembershipService;

/// <summary>Numbers are wire format.</summary>
[GenerateSerializer]
internal enum TableOperation
{
    None = 0,
    DeleteAll = 1,
    DeleteDefunct = 2,
    ReadRow = 3,
    ReadAll = 4,
    Insert = 5,
    Update = 6,
    Heartbeat = 7,
}
