namespace Orleans.Kv.Api.Files;

/// <summary>A note as it is in the store, in the hands of who put it there.</summary>
internal sealed record HeldIntent(string Upload, Intent Intent, byte[] Bytes, long Version);
