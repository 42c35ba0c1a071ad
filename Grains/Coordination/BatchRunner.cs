using Orleans.Kv.Interfaces.Coordination;
using Orleans.Kv.Interfaces.Keys;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Coordination;

/// <summary>
/// Carries out one batch from this silo: asks the keys' grains, all keys at once, and the operations of one key one after the other. An operation without a definite outcome ends
/// its key's turn, because whoever sent the batch will try it again, and what follows on the key must not overtake it.
/// </summary>
/// <remarks>On the scheduler of the grain that runs it; nothing here is shared between threads.</remarks>
internal sealed class BatchRunner(BatchRequest batch, IGrainFactory grains, string silo, TimeProvider time)
{
    private readonly OperationReply?[] _replies = new OperationReply?[batch.Entries.Length];
    private int _answerBytes;
    private bool _isClosed;

    public async Task<BatchReply> Run()
    {
        using var patience = new CancellationTokenSource();
        var everything = Task.WhenAll(Turns().Select(RunTurn));
        await Task.WhenAny(everything, Task.Delay(TimeSpan.FromMilliseconds(batch.PatienceMilliseconds), time, patience.Token));
        await patience.CancelAsync();
        // What has not been asked by now never will be: the sender takes its own way from here.
        _isClosed = true;
        return new BatchReply { Replies = [.. _replies], Silo = silo };
    }

    private Dictionary<string, List<int>>.ValueCollection Turns()
    {
        var turns = new Dictionary<string, List<int>>(batch.Entries.Length, StringComparer.Ordinal);
        for (var i = 0; i < batch.Entries.Length; i++)
        {
            if (!turns.TryGetValue(batch.Entries[i].Key, out var turn)) turns.Add(batch.Entries[i].Key, turn = new List<int>(1));
            turn.Add(i);
        }

        return turns.Values;
    }

    private async Task RunTurn(List<int> turn)
    {
        var grain = grains.GetGrain<IKeyGrain>(batch.Entries[turn[0]].Key);
        foreach (var index in turn)
        {
            if (_isClosed) return;
            var request = batch.Entries[index].Request;
            _replies[index] = NotAnswered("the key's grain has not answered in time");
            try
            {
                _replies[index] = Fit(request, await grain.Execute(request));
            }
            catch (Exception exception)
            {
                // The call broke, which says nothing about the operation. Its sender is told so, and repeats it with the same id.
                _replies[index] = NotAnswered(exception.Message);
            }

            if (!IsDefinite(request, _replies[index])) return;
        }
    }

    /// <summary>Takes out what the answer has no room for: all of a fetch, and of a test-and-set the value that it found, which is a courtesy.</summary>
    private OperationReply? Fit(OperationRequest request, OperationReply reply)
    {
        var length = reply.Value?.Length ?? 0;
        if (_answerBytes + length <= batch.MaxAnswerBytes)
        {
            _answerBytes += length;
            return reply;
        }

        return request.Code == OperationCode.Fetch
            ? null
            : new OperationReply { Status = reply.Status, Version = reply.Version, Created = reply.Created, Swapped = reply.Swapped, Stamp = reply.Stamp, Silo = reply.Silo, Stale = reply.Stale };
    }

    private static bool IsDefinite(OperationRequest request, OperationReply? reply) =>
        reply?.Status is ReplyStatus.Done or ReplyStatus.Accepted or ReplyStatus.NotFound or ReplyStatus.ConditionFailed or ReplyStatus.Invalid
        && (!reply.Stale || request.Code != OperationCode.Fetch || request.Consistency == ReadConsistency.Eventual);

    // In no silo's name: the grain may be anywhere, and keeps silent.
    private static OperationReply NotAnswered(string detail) => new() { Status = ReplyStatus.Unknown, Detail = detail };
}
