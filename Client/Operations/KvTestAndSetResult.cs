namespace Orleans.Kv.Client;

/// <summary>The outcome of a test-and-set.</summary>
/// <param name="Swapped">Whether the key held what was expected and holds the new value now.</param>
/// <param name="Version">The key's version after it; 0 where nothing is stored.</param>
/// <param name="Value">
/// What is stored now. Null where nothing is, and where <see cref="Version"/> is above 0: then the call was repeated, its first outcome stands, and the value has moved on.
/// </param>
public sealed record KvTestAndSetResult(bool Swapped, long Version, KvValue? Value);
