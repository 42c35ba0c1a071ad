using Orleans.Serialization.Invocation;

namespace Orleans.Runtime.Messaging;

/// <summary>A question of one silo's engine to another's.</summary>
internal sealed class SystemCall : PendingCall
{
    private readonly TaskCompletionSource<byte[]> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SystemCall(TimeSpan timeout) => Deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;

    public Task<byte[]> Answer => _answer.Task;

    public override void OnResponse(ReadOnlySpan<byte> body, SiloAddress? host) => _answer.TrySetResult(body.ToArray());

    public override void OnLocalResponse(Response response) => throw new NotSupportedException("System calls stay outside grains.");

    public override void OnFailure(Exception exception) => _answer.TrySetException(exception);
}
