namespace Orleans.Kv.Api.Watching;

/// <summary>What the hub reads of the store itself.</summary>
internal interface IKeyReader
{
    /// <summary>Reads a key strongly.</summary>
    Task<KeyReading> Read(string key);

    /// <summary>A page of the keys that begin with <paramref name="prefix"/> and come after <paramref name="after"/>, as a quorum knows them.</summary>
    Task<KeyNames> List(string prefix, string? after);
}
