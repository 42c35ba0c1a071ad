namespace Orleans.Kv.Interfaces.Coordination;

/// <summary>The first attempt of many operations in one call. Those of one key are carried out in their order.</summary>
[GenerateSerializer, Immutable, Alias("kv.BatchRequest")]
public sealed class BatchRequest
{
    [Id(0)]
    public required BatchEntry[] Entries { get; init; }

    /// <summary>After this many milliseconds the silo answers with what it has.</summary>
    [Id(1)]
    public required int PatienceMilliseconds { get; init; }

    /// <summary>How many bytes of values the answer may have; beyond, the caller asks for them one by one.</summary>
    [Id(2)]
    public required int MaxAnswerBytes { get; init; }
}
