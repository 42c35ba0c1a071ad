using System.Text.Json;
using Orleans.Kv.Client.Wire;

namespace Orleans.Kv.Client;

/// <summary>
/// Operations that travel together. They are not one transaction: each is done or not by itself, and those on one key in their order. Not for use from several threads at once.
/// </summary>
public sealed class KvBatch
{
    /// <summary>The API host's bound.</summary>
    public const int MaxOperations = 1000;

    private readonly List<Operation> _operations = [];

    /// <summary>How many operations it has.</summary>
    public int Count => _operations.Count;

    /// <inheritdoc cref="KvClient.FetchAsync(string, KvConsistency, CancellationToken)"/>
    public KvBatch Fetch(string key, KvConsistency consistency = KvConsistency.Default) =>
        Add(Kind.Fetch, key, null, (writer, _) => Bodies.Fetch(writer, key, consistency));

    /// <inheritdoc cref="KvClient.StoreAsync(string, KvValue, KvWriteOptions?, CancellationToken)"/>
    public KvBatch Store(string key, KvValue value, KvWriteOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Add(Kind.Store, key, options?.RequestId, (writer, id) => Bodies.Write(writer, key, value, options, id));
    }

    /// <inheritdoc cref="KvClient.UpdateAsync(string, KvValue, KvWriteOptions?, CancellationToken)"/>
    public KvBatch Update(string key, KvValue value, KvWriteOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Add(Kind.Update, key, options?.RequestId, (writer, id) => Bodies.Write(writer, key, value, options, id));
    }

    /// <inheritdoc cref="KvClient.DeleteAsync(string, KvWriteOptions?, CancellationToken)"/>
    public KvBatch Delete(string key, KvWriteOptions? options = null) =>
        Add(Kind.Delete, key, options?.RequestId, (writer, id) => Bodies.Write(writer, key, null, options, id));

    /// <inheritdoc cref="KvClient.TestAndSetAsync(string, KvValue?, KvValue, TimeSpan?, string?, CancellationToken)"/>
    public KvBatch TestAndSet(string key, KvValue? expect, KvValue value, TimeSpan? timeToLive = null, string? requestId = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Add(Kind.TestSet, key, requestId, (writer, id) => Bodies.TestAndSet(writer, key, expect, value, timeToLive, id));
    }

    /// <inheritdoc cref="KvClient.TouchAsync(string, TimeSpan?, string?, CancellationToken)"/>
    public KvBatch Touch(string key, TimeSpan? timeToLive, string? requestId = null) =>
        Add(Kind.Touch, key, requestId, (writer, id) => Bodies.Touch(writer, key, timeToLive, id));

    internal bool IsRead => _operations.TrueForAll(static operation => operation.Kind == Kind.Fetch);

    internal ReadOnlyMemory<byte> ToBody(Func<string?> newRequestId) => Bodies.Of(writer =>
    {
        writer.WriteStartArray("operations");
        foreach (var operation in _operations)
        {
            writer.WriteStartObject();
            writer.WriteString("op", Name(operation.Kind));
            operation.WriteMembers(writer, operation.Kind == Kind.Fetch ? null : operation.RequestId ?? newRequestId());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    /// <summary>Whether sending it again does nothing twice.</summary>
    internal bool IsRepeatable(bool allHaveIds) => allHaveIds || _operations.TrueForAll(static operation => operation.Kind == Kind.Fetch || operation.RequestId is not null);

    internal List<KvBatchResult> ToResults(IReadOnlyList<Answer> answers)
    {
        if (answers.Count != _operations.Count)
            throw new KvException(KvErrorCode.BadAnswer, $"a batch of {_operations.Count} operations was answered with {answers.Count} results");
        return [.. _operations.Zip(answers, static (operation, answer) => KvBatchResult.Of(operation.Key, operation.Kind, answer))];
    }

    private static string Name(Kind kind) => kind switch
    {
        Kind.Fetch => "fetch",
        Kind.Store => "store",
        Kind.Update => "update",
        Kind.Delete => "delete",
        Kind.TestSet => "testset",
        _ => "touch",
    };

    private KvBatch Add(Kind kind, string key, string? requestId, Action<Utf8JsonWriter, string?> writeMembers)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_operations.Count == MaxOperations) throw new InvalidOperationException($"a batch has at most {MaxOperations} operations");
        _operations.Add(new Operation(kind, key, requestId, writeMembers));
        return this;
    }

    internal enum Kind
    {
        Fetch,
        Store,
        Update,
        Delete,
        TestSet,
        Touch,
    }

    private sealed record Operation(Kind Kind, string Key, string? RequestId, Action<Utf8JsonWriter, string?> WriteMembers);
}
