using System.Net;
using Orleans.Kv.Client.Wire;

namespace Orleans.Kv.Client;

/// <summary>The outcome of one operation of a batch: what the same call by itself would have returned, or thrown.</summary>
public sealed record KvBatchResult
{
    private KvBatchResult(string key) => Key = key;

    /// <summary>The operation's key.</summary>
    public string Key { get; }

    /// <summary>What a fetch found; null where nothing is stored under the key, and for other operations.</summary>
    public KvEntry? Entry { get; private init; }

    /// <summary>The outcome of a store, update, delete or touch.</summary>
    public KvWriteResult? Write { get; private init; }

    /// <summary>The outcome of a test-and-set.</summary>
    public KvTestAndSetResult? TestAndSet { get; private init; }

    /// <summary>Why this operation has no outcome; null where it has.</summary>
    public KvException? Error { get; private init; }

    internal static KvBatchResult Of(string key, KvBatch.Kind kind, Answer answer)
    {
        try
        {
            var status = (HttpStatusCode)answer.Status;
            // A refusal's members stand in a problem document of their own.
            var told = answer.Problem ?? answer;
            var isDone = answer.Problem is null && answer.Status is >= 200 and < 300;
            return kind switch
            {
                KvBatch.Kind.Fetch when isDone => new KvBatchResult(key) { Entry = told.ToEntry() },
                KvBatch.Kind.Fetch when told.Code == KvErrorCode.NotFound => new KvBatchResult(key),
                KvBatch.Kind.TestSet when isDone => new KvBatchResult(key) { TestAndSet = Results.TestAndSet(told) },
                KvBatch.Kind.Fetch or KvBatch.Kind.TestSet => new KvBatchResult(key) { Error = told.ToException(status) },
                _ => new KvBatchResult(key) { Write = Results.Write(key, status, told, kind == KvBatch.Kind.Delete) },
            };
        }
        catch (KvException exception)
        {
            return new KvBatchResult(key) { Error = exception };
        }
    }
}
