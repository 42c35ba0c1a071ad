using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace Orleans.Kv.Client;

/// <content>Typed access: any type as JSON.</content>
public sealed partial class KvClient
{
    /// <summary>Reads a key's value as a <typeparamref name="T"/>. Null where nothing is stored under it.</summary>
    /// <exception cref="System.Text.Json.JsonException">What is stored is no <typeparamref name="T"/>.</exception>
    public async Task<KvEntry<T>?> FetchAsync<T>(string key, JsonTypeInfo<T> type, KvConsistency consistency = KvConsistency.Default, CancellationToken cancellation = default) =>
        await FetchAsync(key, consistency, cancellation) is { } entry ? new KvEntry<T>(entry.Value.As(type), entry) : null;

    /// <inheritdoc cref="FetchAsync{T}(string, JsonTypeInfo{T}, KvConsistency, CancellationToken)"/>
    [RequiresUnreferencedCode(KvValue.Reflection)]
    [RequiresDynamicCode(KvValue.Reflection)]
    public async Task<KvEntry<T>?> FetchAsync<T>(string key, KvConsistency consistency = KvConsistency.Default, CancellationToken cancellation = default) =>
        await FetchAsync(key, consistency, cancellation) is { } entry ? new KvEntry<T>(entry.Value.As<T>(_options.Serialization), entry) : null;

    /// <summary>Stores a value of any type as JSON.</summary>
    public Task<KvWriteResult> StoreAsync<T>(string key, T value, JsonTypeInfo<T> type, KvWriteOptions? options = null, CancellationToken cancellation = default) =>
        StoreAsync(key, KvValue.From(value, type), options, cancellation);

    /// <inheritdoc cref="StoreAsync{T}(string, T, JsonTypeInfo{T}, KvWriteOptions?, CancellationToken)"/>
    [RequiresUnreferencedCode(KvValue.Reflection)]
    [RequiresDynamicCode(KvValue.Reflection)]
    public Task<KvWriteResult> StoreAsync<T>(string key, T value, KvWriteOptions? options = null, CancellationToken cancellation = default) =>
        StoreAsync(key, KvValue.From(value, _options.Serialization), options, cancellation);

    /// <summary>Replaces a key's value by one of any type, as JSON.</summary>
    public Task<KvWriteResult> UpdateAsync<T>(string key, T value, JsonTypeInfo<T> type, KvWriteOptions? options = null, CancellationToken cancellation = default) =>
        UpdateAsync(key, KvValue.From(value, type), options, cancellation);

    /// <inheritdoc cref="UpdateAsync{T}(string, T, JsonTypeInfo{T}, KvWriteOptions?, CancellationToken)"/>
    [RequiresUnreferencedCode(KvValue.Reflection)]
    [RequiresDynamicCode(KvValue.Reflection)]
    public Task<KvWriteResult> UpdateAsync<T>(string key, T value, KvWriteOptions? options = null, CancellationToken cancellation = default) =>
        UpdateAsync(key, KvValue.From(value, _options.Serialization), options, cancellation);
}
