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
        foreach (var some in keys.Chunk(KvBatch.MaxOperations)) entries.AddRange(await FetchSomeAsync(some, consistency, cancellation));
        return entries;
    }

    // What did not fit into one answer, or whose turn did not come in time, is asked for again: as long as each answer has something.
    private async Task<KvEntry?[]> FetchSomeAsync(string[] keys, KvConsistency consistency, CancellationToken cancellation)
    {
        var entries = new KvEntry?[keys.Length];
        var left = Enumerable.Range(0, keys.Length).ToList();
        while (left.Count > 0)
        {
            var batch = new KvBatch();
            foreach (var index in left) batch.Fetch(keys[index], consistency);
            var again = new List<int>();
            KvException? failure = null;
            foreach (var (index, result) in left.Zip(await ExecuteAsync(batch, cancellation)))
            {
                entries[index] = result.Entry;
                if (result.Error is not { } error) continue;
                if (!error.IsTransient && error.Code != KvErrorCode.AnswerTooLarge) throw error;
                failure = error;
                again.Add(index);
            }

            if (again.Count == left.Count) throw failure!;
            left = again;
        }

        return entries;
    }
}
