using Orleans.Kv.Client.Wire;

namespace Orleans.Kv.Client;

/// <content>Operations on one key.</content>
public sealed partial class KvClient
{
    /// <summary>Reads a key. Null where nothing is stored under it.</summary>
    public async Task<KvEntry?> FetchAsync(string key, KvConsistency consistency = KvConsistency.Default, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        var response = await _sender.SendAsync(Read("/fetch", writer => Bodies.Fetch(writer, key, consistency)), cancellation);
        if (response.IsSuccess) return Answer.Read(response.Body).ToEntry();
        var problem = response.ToException();
        return problem.Code == KvErrorCode.NotFound ? null : throw problem;
    }

    /// <summary>Stores a value under a key, whether or not one is there.</summary>
    public Task<KvWriteResult> StoreAsync(string key, KvValue value, KvWriteOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return WriteAsync("/store", key, value, options, cancellation);
    }

    /// <summary>Replaces the value of a key; <see cref="KvWriteStatus.NotFound"/> where nothing is stored under it.</summary>
    public Task<KvWriteResult> UpdateAsync(string key, KvValue value, KvWriteOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (options?.IfAbsent == true) throw new ArgumentException("an update replaces what is there", nameof(options));
        return WriteAsync("/update", key, value, options, cancellation);
    }

    /// <summary>Deletes a key; <see cref="KvWriteStatus.NotFound"/> where nothing is stored under it.</summary>
    public Task<KvWriteResult> DeleteAsync(string key, KvWriteOptions? options = null, CancellationToken cancellation = default)
    {
        if (options is { IfAbsent: true } or { TimeToLive: not null }) throw new ArgumentException("a delete has no value", nameof(options));
        return WriteAsync("/delete", key, null, options, cancellation);
    }

    /// <summary>
    /// Stores a value if the key holds the expected one, as JSON: white space and the order of an object's members do not matter.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="expect">What it must hold; null: nothing is stored under it.</param>
    /// <param name="value">What it holds then.</param>
    /// <param name="timeToLive">How long the new value lives; null for ever.</param>
    /// <param name="requestId">An id of the caller's own, see <see cref="KvWriteOptions.RequestId"/>.</param>
    /// <param name="cancellation">Stops the waiting, not the store.</param>
    public async Task<KvTestAndSetResult> TestAndSetAsync(
        string key, KvValue? expect, KvValue value, TimeSpan? timeToLive = null, string? requestId = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        var id = requestId ?? NewRequestId();
        var request = Post("/testset", Bodies.Of(writer => Bodies.TestAndSet(writer, key, expect, value, timeToLive, id)), id is not null);
        return Results.TestAndSet(await AskAsync(request, cancellation));
    }

    /// <summary>Changes when a key expires, and nothing else.</summary>
    /// <param name="key">The key.</param>
    /// <param name="timeToLive">How long it lives from now on; null: for ever.</param>
    /// <param name="requestId">An id of the caller's own, see <see cref="KvWriteOptions.RequestId"/>.</param>
    /// <param name="cancellation">Stops the waiting, not the store.</param>
    public async Task<KvWriteResult> TouchAsync(string key, TimeSpan? timeToLive, string? requestId = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        var id = requestId ?? NewRequestId();
        var response = await _sender.SendAsync(Post("/touch", Bodies.Of(writer => Bodies.Touch(writer, key, timeToLive, id)), id is not null), cancellation);
        return Results.Write(key, response.Status, Answer.Read(response.Body), isDelete: false);
    }

    private async Task<KvWriteResult> WriteAsync(string path, string key, KvValue? value, KvWriteOptions? options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(key);
        var id = options?.RequestId ?? NewRequestId();
        var response = await _sender.SendAsync(Post(path, Bodies.Of(writer => Bodies.Write(writer, key, value, options, id)), id is not null), cancellation);
        return Results.Write(key, response.Status, Answer.Read(response.Body), isDelete: value is null);
    }
}
