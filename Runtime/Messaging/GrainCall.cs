using System.Threading.Tasks.Sources;
using Orleans.Serialization;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime.Messaging;

/// <summary>A caller's wait for a result of type <typeparamref name="T"/>. Used again after its result was read.</summary>
internal sealed class GrainCall<T> : PendingCall, IValueTaskSource<T?>, IValueTaskSource
{
    /// <summary>Waits kept per thread for reuse; more in flight are simply made.</summary>
    private const int MaxKept = 64;

    [ThreadStatic]
    private static Stack<GrainCall<T>>? _kept;

    private ManualResetValueTaskSourceCore<T?> _core = new() { RunContinuationsAsynchronously = true };
    private MessageBodyCodec? _codec;
    private ILocationListener? _locations;
    private IInvokable? _request;
    private GrainId _target;

    private GrainCall()
    {
    }

    public short Version => _core.Version;

    public static GrainCall<T> Start(MessageBodyCodec codec, ILocationListener? locations, GrainId target, IInvokable request, TimeSpan timeout)
    {
        var kept = _kept;
        var call = kept is { Count: > 0 } ? kept.Pop() : new GrainCall<T>();
        call._codec = codec;
        call._locations = locations;
        call._target = target;
        call._request = request;
        call.Deadline = timeout == Timeout.InfiniteTimeSpan ? NoDeadline : Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        return call;
    }

    public override void OnResponse(ReadOnlySpan<byte> body, SiloAddress? host)
    {
        if (host is not null)
        {
            _locations?.OnLocated(_target, host);
        }

        Response response;
        try
        {
            response = _codec!.ReadResponse(_request!, body);
        }
        catch (Exception exception)
        {
            _core.SetException(exception);
            return;
        }

        OnLocalResponse(response);
    }

    public override void OnLocalResponse(Response response)
    {
        if (response.Exception is { } exception)
        {
            _core.SetException(exception);
            return;
        }

        T? result;
        try
        {
            result = response.GetResult<T>();
        }
        catch (Exception unexpected)
        {
            _core.SetException(unexpected);
            return;
        }

        response.Dispose();
        _core.SetResult(result);
    }

    public override void OnFailure(Exception exception)
    {
        if (exception is SiloUnavailableException or ClientNotAvailableException or OrleansMessageRejectionException)
        {
            _locations?.OnLost(_target);
        }

        _core.SetException(exception);
    }

    public override void OnTimeout() => _core.SetException(new TimeoutException(
        $"No response of {_target} to {_request!.GetInterfaceName()}.{_request.GetMethodName()} came in time."));

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    public T? GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Keep();
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    private void Keep()
    {
        _core.Reset();
        _request = null;
        _locations = null;
        var kept = _kept ??= new();
        if (kept.Count < MaxKept)
        {
            kept.Push(this);
        }
    }
}
