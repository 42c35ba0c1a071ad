using Orleans.Serialization.Invocation;

namespace Orleans.Runtime.Messaging;

/// <summary>A request on its way through a silo, from a connection or from a grain here, to an activation here or another silo.</summary>
internal sealed class RequestMessage : Turn
{
    private readonly SiloCallServices _services;
    private RequestHeader _header;
    private byte[]? _rawBody;

    public RequestMessage(SiloCallServices services, in RequestHeader header, IInvokable request, long localId)
    {
        _services = services;
        _header = header;
        Request = request;
        OriginId = localId;
        ExpiresAt = Expiry(header.TimeToLive);
    }

    public RequestMessage(SiloCallServices services, in RequestHeader header, Connection origin, long originId)
    {
        _services = services;
        _header = header;
        Origin = origin;
        OriginId = originId;
        ExpiresAt = Expiry(header.TimeToLive);
    }

    public ref readonly RequestHeader Header => ref _header;

    public GrainId Target => _header.Target;

    /// <summary>The connection it came on; null for a call from this process.</summary>
    public Connection? Origin { get; }

    public long OriginId { get; }

    public IInvokable? Request { get; private set; }

    public long ExpiresAt { get; }

    public bool IsOneWay => (_header.Flags & RequestFlags.OneWay) != 0;

    public bool IsExpired => Environment.TickCount64 > ExpiresAt;

    public override bool IsReadOnly => (_header.Flags & RequestFlags.ReadOnly) != 0;

    public override bool IsAlwaysInterleave => (_header.Flags & RequestFlags.AlwaysInterleave) != 0;

    public override Guid ReentrancyId => _header.ReentrancyId;

    public override IInvokable? Invokable => Request;

    /// <summary>Keeps the body as it came: who will read it is not known yet.</summary>
    public void KeepBody(ReadOnlySpan<byte> body) => _rawBody = body.ToArray();

    /// <summary>Reads the body if that was put off. False when it cannot be read; the caller has been told.</summary>
    public bool TryDecode() => Request is not null || TryDecode(_rawBody);

    /// <summary>Reads the body from where it came, without keeping it.</summary>
    public bool TryDecode(ReadOnlySpan<byte> body)
    {
        try
        {
            Request = _services.Codec.ReadRequest(body);
            if (_header.Context is null && !_header.RawContext.IsEmpty)
            {
                _header.Context = _services.Codec.ReadValue<Dictionary<string, object>>(_header.RawContext.Span);
                _header.RawContext = default;
            }

            _rawBody = null;
            return true;
        }
        catch (Exception exception)
        {
            Complete(Response.FromException(exception));
            return false;
        }
    }

    /// <summary>Passes it on to another silo. The count of hops grows, so that it cannot wander for ever.</summary>
    public void SendTo(Connection connection, SiloAddress silo, bool newPlacement)
    {
        var header = _header;
        header.Flags = newPlacement ? header.Flags | RequestFlags.NewPlacement : header.Flags & ~RequestFlags.NewPlacement;
        header.TimeToLive = (uint)Math.Clamp(ExpiresAt - Environment.TickCount64, 1, uint.MaxValue);
        if (header.Source.IsDefault && Origin is not null)
        {
            header.Source = Origin.PeerId;
        }

        PendingCall? call = null;
        if (!IsOneWay)
        {
            call = Origin is not null
                ? new RelayedCall(Origin, OriginId, Target, silo, _services.Locations) { Deadline = ExpiresAt }
                : _services.LocalCalls.Take(OriginId);
            if (call is null)
            {
                return; // timed out meanwhile
            }
        }

        if (Request is not null)
        {
            connection.SendRequest(header, Request, call);
        }
        else
        {
            connection.SendRequest(header, _rawBody, call);
        }
    }

    public void CountForward() => _header.Forwards++;

    public override ValueTask<Response> Invoke(IGrainContext context)
    {
        if (_services.DropExpired && IsExpired)
        {
            return new(Response.FromException(new TimeoutException($"The caller of {Target} no longer waits.")));
        }

        RequestContext.Restore(_header.Context, _header.ReentrancyId);
        var request = Request!;
        request.SetTarget(context);
        return _services.Filters.HasIncoming(context)
            ? _services.Filters.InvokeIncoming(this, request, context)
            : request.Invoke();
    }

    public override void Complete(Response response)
    {
        if (!IsOneWay)
        {
            if (Origin is not null)
            {
                Origin.SendResponse(OriginId, response);
            }
            else
            {
                CompleteLocally(response);
            }
        }
    }

    public override void Fail(Exception exception)
    {
        if (IsOneWay)
        {
            return;
        }

        if (Origin is null)
        {
            _services.LocalCalls.Take(OriginId)?.OnFailure(exception);
        }
        else if (Rejections.KindOf(exception) is var kind && kind != RejectionKind.Unknown)
        {
            Origin.SendRejection(OriginId, kind, exception.Message);
        }
        else
        {
            Origin.SendResponse(OriginId, Response.FromException(exception));
        }
    }

    private static long Expiry(uint timeToLive) =>
        timeToLive == 0 ? PendingCall.NoDeadline : Environment.TickCount64 + timeToLive;

    private void CompleteLocally(Response response)
    {
        if (_services.LocalCalls.Take(OriginId) is not { } call)
        {
            return;
        }

        try
        {
            response = _services.Codec.CopyResponse(response);
        }
        catch (Exception exception)
        {
            response = Response.FromException(exception);
        }

        call.OnLocalResponse(response);
    }
}
