namespace Orleans.Kv.Api.Files;

/// <summary>
/// What files need of the store. Every method has happened when it returns; each fails with a <see cref="FileException"/> that says <see cref="FileFault.Unavailable"/> when the store could not
/// say for long that it has, and a write may then have happened or not.
/// </summary>
internal interface IFileKeys
{
    /// <summary>The value, linearizably while there is a quorum; null where there is none.</summary>
    Task<StoredValue?> FetchAsync(string key, CancellationToken cancellation);

    /// <summary>Stores octets, whatever is there. The array is the store's from then on.</summary>
    Task StoreAsync(string key, byte[] octets, CancellationToken cancellation);

    /// <summary>Stores JSON where <paramref name="expect"/> is (null: nothing) and says its version; null where something else is. Never without a quorum, in either mode.</summary>
    Task<long?> TestAndSetAsync(string key, byte[]? expect, byte[] value, CancellationToken cancellation);

    /// <summary>Deletes what is there; where a version is given only that one, and false where it is another or nothing.</summary>
    Task<bool> DeleteAsync(string key, long? version, CancellationToken cancellation);

    Task<KeysPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation);
}
