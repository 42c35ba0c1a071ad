using Orleans.Runtime.Messaging;
using Orleans.Serialization.Invocation;

namespace Orleans.Kv.Tests.Runtime.Own.Messaging;

/// <summary>A wait whose end a test can look at.</summary>
internal sealed class RecordedCall : PendingCall
{
    private readonly TaskCompletionSource<byte[]> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<byte[]> End => _end.Task.WaitAsync(TimeSpan.FromSeconds(10));

    public bool HasEnded => _end.Task.IsCompleted;

    public override void OnResponse(ReadOnlySpan<byte> body, SiloAddress? host) => _end.SetResult(body.ToArray());

    public override void OnLocalResponse(Response response) => _end.SetResult([]);

    public override void OnFailure(Exception exception) => _end.SetException(exception);
}
