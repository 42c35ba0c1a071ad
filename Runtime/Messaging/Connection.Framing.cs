namespace Orleans.Runtime.Messaging;

// How frames are written. All of it runs under the gate.
internal sealed partial class Connection
{
    private readonly Dictionary<IdSpan, uint> _sentNames = [];
    private readonly List<IdSpan> _newNames = [];
    private bool _writing;

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
}
