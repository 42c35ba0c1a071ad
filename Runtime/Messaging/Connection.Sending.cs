using Microsoft.Extensions.Logging;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime.Messaging;

// What is sent. Everything that touches the buffer runs under the gate.
internal sealed partial class Connection : IThreadPoolWorkItem
{
    private OutputBuffer _filling = new();
    private OutputBuffer _flushing = new();
    private bool _flushScheduled;
    private Exception? _refusal;

    /// <summary>Sends a request. Its failure is the call's, not an exception.</summary>
    public void SendRequest(in RequestHeader header, IInvokable request, PendingCall? call) =>
        SendRequest(header, request, default, call);

    /// <summary>Passes a request on.</summary>
    public void SendRequest(in RequestHeader header, ReadOnlySpan<byte> body, PendingCall? call) =>
        SendRequest(header, null, body, call);

    public void SendResponse(long id, Response response, SiloAddress? host = null)
    {
        Exception? failure = null;
        lock (_gate)
        {
            if (!MayAnswer())
            {
                return;
            }

            var start = BeginFrame(FrameKind.Response);
            try
            {
                WriteResponseHeader(id, host);
                var bodyStart = _filling.Length;
                _codec.WriteResponse(response, _filling);
                CheckBody(bodyStart);
                EndFrame(start);
            }
            catch (Exception exception)
            {
                TakeBack(start);
                failure = exception;
            }
        }

        if (failure is null)
        {
            return;
        }

        if (response.Exception is { } thrown)
        {
            // Not even the exception can be written: its text can.
            SendRejection(id, RejectionKind.Undeliverable, $"{thrown.GetType()}: {thrown.Message}");
            return;
        }

        LogResponseFailed(_log, this, failure);
        SendResponse(id, Response.FromException(failure), host);
    }

    /// <summary>Passes an answer on.</summary>
    public void SendResponse(long id, ReadOnlySpan<byte> body, SiloAddress? host)
    {
        lock (_gate)
        {
            if (MayAnswer())
            {
                var start = BeginFrame(FrameKind.Response);
                WriteResponseHeader(id, host);
                _filling.WriteRaw(body);
                EndFrame(start);
            }
        }
    }

    public void SendRejection(long id, RejectionKind kind, string message)
    {
        lock (_gate)
        {
            if (MayAnswer())
            {
                var start = BeginFrame(FrameKind.Rejection);
                _filling.WriteInt64(id);
                _filling.WriteByte((byte)kind);
                _filling.WriteString(message);
                EndFrame(start);
            }
        }
    }

    public void SendSystemRequest(SystemOperation operation, ReadOnlySpan<byte> payload, PendingCall call)
    {
        Exception? failure;
        lock (_gate)
        {
            failure = CannotSend();
            if (failure is null)
            {
                var id = Calls.Add(call);
                var start = BeginFrame(FrameKind.SystemRequest);
                _filling.WriteInt64(id);
                _filling.WriteByte((byte)operation);
                _filling.WriteRaw(payload);
                EndFrame(start);
            }
        }

        Conclude(call, failure);
    }

    public void SendSystemResponse(long id, ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            if (MayAnswer())
            {
                var start = BeginFrame(FrameKind.SystemResponse);
                _filling.WriteInt64(id);
                _filling.WriteRaw(payload);
                EndFrame(start);
            }
        }
    }

    /// <summary>Tells the peer to send nothing new here.</summary>
    public void SendFarewell()
    {
        lock (_gate)
        {
            if (MayAnswer())
            {
                EndFrame(BeginFrame(FrameKind.Farewell));
            }
        }
    }

    /// <summary>Sends what has gathered. Queued at most once at a time.</summary>
    void IThreadPoolWorkItem.Execute() => _ = Flush();

    private async Task Flush()
    {
        try
        {
            while (true)
            {
                Stream stream;
                lock (_gate)
                {
                    if (_filling.Length == 0 || _closed is not null)
                    {
                        _flushScheduled = false;
                        break;
                    }

                    (_filling, _flushing) = (_flushing, _filling);
                    stream = _stream!;
                }

                await stream.WriteAsync(_flushing.Written).ConfigureAwait(false);
                _flushing.Clear();
            }

            if (_refusal is { } refusal)
            {
                Close(refusal);
            }
        }
        catch (Exception exception)
        {
            Close(exception);
        }
    }

    private void SendRequest(in RequestHeader header, IInvokable? request, ReadOnlySpan<byte> body, PendingCall? call)
    {
        Exception? failure;
        long id = 0;
        lock (_gate)
        {
            failure = CannotSend();
            if (failure is null)
            {
                var start = BeginFrame(FrameKind.Request);
                try
                {
                    id = call is null ? 0 : Calls.Add(call);
                    WriteRequestHeader(header, id);
                    var bodyStart = _filling.Length;
                    if (request is not null)
                    {
                        _codec.WriteRequest(request, _filling);
                    }
                    else
                    {
                        _filling.WriteRaw(body);
                    }

                    CheckBody(bodyStart);
                    EndFrame(start);
                }
                catch (Exception exception)
                {
                    TakeBack(start);
                    failure = call is null || id == 0 || Calls.Take(id) is not null ? exception : null;
                }
            }
        }

        Conclude(call, failure);
    }

    private Exception? CannotSend() => _closed
        ?? (_filling.Length > MaxUnsentBytes ? new LimitExceededException("unsent bytes", _filling.Length, MaxUnsentBytes, Describe()) : null);

    /// <summary>Whether an answer can go out. A peer that asks and does not read the answers is cut off: they cannot be left out.</summary>
    private bool MayAnswer()
    {
        if (_closed is null && _filling.Length > MaxUnsentBytes)
        {
            LogNotReading(_log, this, _filling.Length);
            ThreadPool.QueueUserWorkItem(
                static connection => connection.Close(new LimitExceededException("The peer does not read its answers.")), this, preferLocal: false);
            return false;
        }

        return _closed is null;
    }

    private void Conclude(PendingCall? call, Exception? failure)
    {
        if (failure is null)
        {
            _services.Timeouts.Arm();
        }
        else if (call is not null)
        {
            call.OnFailure(ReferenceEquals(failure, _closed) && failure is not SiloUnavailableException
                ? new SiloUnavailableException($"There is no connection to {Describe()}: {failure.Message}", failure)
                : failure);
        }
        else
        {
            LogOneWayFailed(_log, this, failure);
        }
    }

    [LoggerMessage(EventId = 2003, Level = LogLevel.Warning, Message = "Closing the connection of {Peer}, which leaves {Count} bytes of answers unread.")]
    private static partial void LogNotReading(ILogger logger, Connection peer, int count);

    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning, Message = "A response to {Peer} could not be written; its caller gets the reason.")]
    private static partial void LogResponseFailed(ILogger logger, Connection peer, Exception exception);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Debug, Message = "A one-way request to {Peer} was not sent.")]
    private static partial void LogOneWayFailed(ILogger logger, Connection peer, Exception exception);
}
