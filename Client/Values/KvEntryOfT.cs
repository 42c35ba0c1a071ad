namespace Orleans.Kv.Client;

/// <summary>A key with what is stored under it, read as a <typeparamref name="T"/>.</summary>
/// <param name="Value">The value.</param>
/// <param name="Entry">The rest: version, times, and the value's bytes.</param>
public sealed record KvEntry<T>(T? Value, KvEntry Entry)
{
    /// <inheritdoc cref="KvEntry.Version"/>
    public long Version => Entry.Version;
}
