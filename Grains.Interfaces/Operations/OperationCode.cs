namespace Orleans.Kv.Interfaces.Operations;

/// <summary>What an operation does to its key. The numbers cross the wire: add, never renumber.</summary>
[GenerateSerializer, Alias("kv.OperationCode")]
public enum OperationCode : byte
{
    Fetch = 0,
    Store = 1,
    Update = 2,
    Delete = 3,
    TestAndSet = 4,

    /// <summary>Sets anew when the value expires; needs a quorum in either mode.</summary>
    Touch = 5,
}
