namespace Orleans.Kv.Api.Files;

/// <summary>A value and the version that it has.</summary>
internal readonly record struct StoredValue(byte[] Value, long Version);
