using Orleans.Kv.Client.Wire;

namespace Orleans.Kv.Client;

/// <content>Several operations in one request.</content>
public sealed partial class KvClient
{
    /// <summary>
    /// Executes a batch's operations: one result each, in their order. One that fails does not stop the others. Only where the batch as a whole has no answer does the call throw; then each of its operations may have
    /// been carried out or not, as <see cref="KvException.IsOutcomeUnknown"/> says.
    /// </summary>
    public async Task<IReadOnlyList<KvBatchResult>> ExecuteAsync(KvBatch batch, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Count == 0) return [];
        var request = Post("/batch", batch.ToBody(NewRequestId), batch.IsRepeatable(_options.WriteOnce)) with { IsRead = batch.IsRead };
        var answer = await AskAsync(request, cancellation);
        return batch.ToResults(answer.Results ?? throw Answer.Incomplete("results"));
    }

    /// <summary>
    /// Fetches many keys, in batches. One entry per key in the keys' order, null where nothing is stored. Each is read by itself: together they are no snapshot.
    /// </summary>
    /// <exception cref="KvException">One of them could not be read.</exception>
    public async Task<IReadOnlyList<KvEntry?>> FetchManyAsync(IEnumerable<string> keys, KvConsistency consistency = KvConsistency.Default, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var entries = new List<KvEntry?>();
        foreach (var some in keys.Chunk(KvBatch.MaxOperations))
        {
            var batch = new KvBatch();
            foreach (var key in some) batch.Fetch(key, consistency);
            foreach (var result in await ExecuteAsync(batch, cancellation)) entries.Add(result.Error is null ? result.Entry : throw result.Error);
        }

        return entries;
    }
}
