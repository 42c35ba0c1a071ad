using System.Diagnostics;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Monitoring;

/// <summary>Runs from an operation's coming to a proposer until its answer, which it counts. The default counts nothing.</summary>
/// <param name="meters">By the operation's kind.</param>
/// <param name="grain">By the class that was called, where its own filter does not; else null.</param>
/// <param name="code">The kind.</param>
/// <param name="begun">As <see cref="Stopwatch.GetTimestamp"/> has it.</param>
internal readonly struct OperationTimer(OperationMeters meters, CallMeter? grain, OperationCode code, long begun)
{
    private readonly OperationMeters? _meters = meters;

    /// <param name="status">Null when the operation threw.</param>
    public void End(ReplyStatus? status)
    {
        _meters?.Count(code, begun, status);
        grain?.Count(begun, isFailed: status is null);
    }

    /// <summary>Ends when the operation does.</summary>
    public async ValueTask<OperationReply> Follow(ValueTask<OperationReply> operation)
    {
        ReplyStatus? status = null;
        try
        {
            var reply = await operation;
            status = reply.Status;
            return reply;
        }
        finally
        {
            End(status);
        }
    }
}
