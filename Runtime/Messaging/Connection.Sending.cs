using Microsoft.Extensions.Logging;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime.Messaging;

// Writing messages. Everything here that touches the buffer or the table of names runs under the gate.
internal sealed partial class Connection : IThreadPoolWorkItem
{
    private readonly Dictionary<IdSpan, uint> _sentNames = [];
    private readonly List<IdSpan> _newNames = [];
    private OutputBuffer _filling = new();
    private OutputBuffer _flushing = new();
    private bool _flushScheduled;
    private bool _writing;
    private Exception? _refusal;

    /// <summary>Sends a request. Its failure is the call's, not an exception.</summary>
    public void SendRequest(in RequestHeader header, IInvokable request, PendingCall? call) =>
        SendRequest(header, request, default, call);

    /// <summary>Passes a request on.</summary>
    public void SendRequest(in RequestHeader header, ReadOnlySpan<byte> body, PendingCall? call) =>
        SendRequest(header, null, body, call);

    public void SendResponse(long id, Response response, SiloAddress? host = null)
    {
        Exception failure;
        lock (_gate)
        {
            if (_closed is not null)
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
                return;
            }
            catch (Exception exception)
            {
                TakeBack(start);
                failure = exception;
            }
        }

        if (response.Exception is not null)
        {
            // Not even the exception can be written: its text can.
            SendRejection(id, RejectionKind.Undeliverable, $"{response.Exception.GetType()}: {response.Exception.Message}");
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
            if (_closed is null)
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
            if (_closed is null)
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
        Exception? failure = null;
        lock (_gate)
        {
            failure = _closed;
            if (failure is null)
            {
                var start = BeginFrame(FrameKind.SystemRequest);
                _filling.WriteInt64(Calls.Add(call));
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
            if (_closed is null)
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
            if (_closed is null)
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
            failure = _closed;
            if (failure is null && _filling.Length > MaxUnsentBytes)
            {
                failure = new LimitExceededException("unsent bytes", _filling.Length, MaxUnsentBytes, Describe());
            }

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

    private void WriteHello()
    {
        lock (_gate)
        {
            var start = BeginFrame(FrameKind.Hello);
            _owner.CreateHello(this).Write(_filling);
            EndFrame(start);
        }
    }

    private void WriteRefusal(string reason)
    {
        lock (_gate)
        {
            if (_closed is null)
            {
                _refusal = new SiloUnavailableException(reason);
                var start = BeginFrame(FrameKind.Refusal);
                _filling.WriteString(reason);
                EndFrame(start);
            }
        }
    }

    private void WriteRequestHeader(in RequestHeader header, long id)
    {
        var flags = header.Flags & (RequestFlags.OneWay | RequestFlags.ReadOnly | RequestFlags.AlwaysInterleave | RequestFlags.NewPlacement);
        var hasContext = header.Context is { Count: > 0 } || !header.RawContext.IsEmpty;
        flags |= header.Source.IsDefault ? 0 : RequestFlags.HasSource;
        flags |= header.ReentrancyId == Guid.Empty ? 0 : RequestFlags.HasReentrancy;
        flags |= hasContext ? RequestFlags.HasContext : 0;
        _filling.WriteInt64(id);
        _filling.WriteByte((byte)flags);
        _filling.WriteByte(header.Forwards);
        _filling.WriteVar(header.TimeToLive);
        WriteName(header.Target.Type.Value);
        _filling.WriteBlock(header.Target.Key.AsSpan());
        WriteName(header.Interface.Value);
        if ((flags & RequestFlags.HasSource) != 0)
        {
            WriteName(header.Source.Type.Value);
            _filling.WriteBlock(header.Source.Key.AsSpan());
        }

        if ((flags & RequestFlags.HasReentrancy) != 0)
        {
            _filling.WriteGuid(header.ReentrancyId);
        }

        if (hasContext)
        {
            WriteContext(header);
        }
    }

    private void WriteContext(in RequestHeader header)
    {
        var at = _filling.Length;
        _filling.WriteInt32(0);
        if (header.RawContext.IsEmpty)
        {
            _codec.WriteValue(header.Context!, _filling);
        }
        else
        {
            _filling.WriteRaw(header.RawContext.Span);
        }

        _filling.PatchInt32(at, _filling.Length - at - sizeof(int));
    }

    private void WriteResponseHeader(long id, SiloAddress? host)
    {
        _filling.WriteInt64(id);
        _filling.WriteBlock(host is null ? default : host.ToUtf8String());
    }

    private void WriteName(IdSpan name)
    {
        if (_sentNames.TryGetValue(name, out var number))
        {
            _filling.WriteVar(number);
            return;
        }

        if (_sentNames.Count < NameTable.MaxNames)
        {
            _filling.WriteVar(NameTable.NewName);
            _sentNames.Add(name, (uint)_sentNames.Count + NameTable.FirstNumber);
            _newNames.Add(name);
        }
        else
        {
            _filling.WriteVar(NameTable.UnnumberedName);
        }

        _filling.WriteBlock(name.AsSpan());
    }

    private int BeginFrame(FrameKind kind)
    {
        // A serializer that calls a grain while it writes would put one frame into another.
        if (_writing)
        {
            throw new InvalidOperationException("A message cannot be sent while another one is being written on the same thread.");
        }

        _writing = true;
        var start = _filling.Length;
        _filling.WriteInt32(0);
        _filling.WriteByte((byte)kind);
        return start;
    }

    private void EndFrame(int start)
    {
        _filling.PatchInt32(start, _filling.Length - start - sizeof(int));
        _newNames.Clear();
        _writing = false;
        ScheduleFlush();
    }

    private void TakeBack(int start)
    {
        _filling.TruncateTo(start);
        foreach (var name in _newNames)
        {
            _sentNames.Remove(name);
        }

        _newNames.Clear();
        _writing = false;
    }

    private void CheckBody(int bodyStart)
    {
        var size = _filling.Length - bodyStart;
        if (size > _services.MaxBodySize)
        {
            throw new LimitExceededException(nameof(Configuration.MessagingOptions.MaxMessageBodySize), size, _services.MaxBodySize, "bytes");
        }
    }

    private void ScheduleFlush()
    {
        if (!_flushScheduled && _stream is not null && _filling.Length > 0)
        {
            // To the end of the pool's queue: whatever is queued before it may still write into this buffer.
            _flushScheduled = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning, Message = "A response to {Peer} could not be written; its caller gets the reason.")]
    private static partial void LogResponseFailed(ILogger logger, Connection peer, Exception exception);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Debug, Message = "A one-way request to {Peer} was not sent.")]
    private static partial void LogOneWayFailed(ILogger logger, Connection peer, Exception exception);
}
