using System.Text;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.MembershipService;

namespace Orleans.Runtime.Messaging;

/// <summary>A silo's end of all its connections.</summary>
internal sealed partial class MessageCenter : IConnectionOwner, ISystemCaller
{
    private readonly ILocalSiloDetails _details;
    private readonly SiloConnections _silos;
    private readonly TimeSpan _systemTimeout;
    private readonly ILogger _log;
    private SiloParts? _parts;
    private long _received;

    public MessageCenter(
        ILocalSiloDetails details, SiloConnections silos, TimeSpan systemTimeout, ILogger<MessageCenter> log)
    {
        _details = details;
        _silos = silos;
        _systemTimeout = systemTimeout;
        _log = log;
    }

    public long Received => Interlocked.Read(ref _received);

    /// <summary>Given once all parts exist; no connection is opened or accepted before.</summary>
    public SiloParts Parts
    {
        get => _parts ?? throw new InvalidOperationException("The silo is not composed yet.");
        set => _parts = value;
    }

    public Connection Connect(SiloAddress silo) => _silos.Get(silo, this);

    public async Task<byte[]> Ask(SiloAddress silo, SystemOperation operation, ReadOnlyMemory<byte> payload, TimeSpan? timeout = null)
    {
        if (silo.Equals(_details.SiloAddress))
        {
            return await Handle(operation, payload.ToArray()).ConfigureAwait(false);
        }

        var call = new SystemCall(timeout ?? _systemTimeout);
        Connect(silo).SendSystemRequest(operation, payload.Span, call);
        return await call.Answer.ConfigureAwait(false);
    }

    public Hello CreateHello(Connection connection) => new()
    {
        ClusterId = _details.ClusterId,
        Kind = PeerKind.Silo,
        Address = _details.SiloAddress,
        Intended = connection.Intended,
        GrainTypes = connection.Expected == PeerKind.Client ? Parts.Classes.Describe() : [],
    };

    public string? Check(Connection connection, Hello peer)
    {
        if (peer.ClusterId != _details.ClusterId)
        {
            return $"It is of cluster '{peer.ClusterId}', this silo of '{_details.ClusterId}'.";
        }

        if (peer.Kind != connection.Expected)
        {
            return $"It is a {peer.Kind}, where a {connection.Expected} is expected.";
        }

        if (connection.Intended is { } intended)
        {
            return Means(intended, peer.Address) ? null : $"{peer.Address} answers there now.";
        }

        if (peer.Intended is { } wanted && !Means(wanted, _details.SiloAddress))
        {
            return $"It looks for {wanted}, this is {_details.SiloAddress}.";
        }

        return peer.Kind == PeerKind.Silo && Parts.Directory.View.IsDead(peer.Address) ? $"{peer.Address} was declared dead." : null;
    }

    public void OnConnected(Connection connection)
    {
        if (connection.Peer!.Kind == PeerKind.Client)
        {
            Parts.Clients.Add(connection);
        }
    }

    public void OnRequest(Connection connection, in RequestFrame frame)
    {
        Interlocked.Increment(ref _received);
        var header = new RequestHeader
        {
            Target = frame.Target,
            Interface = frame.Interface,
            Source = frame.Source.IsDefault ? connection.PeerId : frame.Source,
            Flags = frame.Flags,
            Forwards = frame.Forwards,
            TimeToLive = frame.TimeToLive,
            ReentrancyId = frame.ReentrancyId,
        };
        if (!frame.Context.IsEmpty)
        {
            header.RawContext = frame.Context.ToArray();
        }

        if (connection.Peer!.Kind == PeerKind.Client && TryRelay(connection, header, frame))
        {
            return;
        }

        var message = new RequestMessage(Parts.Calls, header, connection, frame.Id);
        if (!Parts.Dispatcher.IsHere(header.Target))
        {
            message.KeepBody(frame.Body);
        }
        else if (!message.TryDecode(frame.Body))
        {
            return;
        }

        Parts.Dispatcher.Dispatch(message);
    }

    public void OnSystemRequest(Connection connection, long id, SystemOperation operation, ReadOnlySpan<byte> payload)
    {
        // Directory, membership and management are between silos; a client that could write there could take the cluster apart.
        if (connection.Peer is not { Kind: PeerKind.Silo })
        {
            throw new InvalidMessageFrameException("Only silos may ask a silo's engine.");
        }

        if (operation == SystemOperation.Probe)
        {
            // Answered here, without another place in the pool's queue: a crowded silo is not a dead one.
            connection.SendSystemResponse(id, []);
            return;
        }

        var copy = payload.ToArray();
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => _ = state.Self.Answer(state.connection, state.id, state.operation, state.copy),
            (Self: this, connection, id, operation, copy),
            preferLocal: false);
    }

    public void OnFarewell(Connection connection)
    {
    }

    public void OnClosed(Connection connection, Exception reason)
    {
        if (connection.Peer is { Kind: PeerKind.Client })
        {
            Parts.Clients.Remove(connection);
        }

        _silos.OnClosed(connection, reason);
    }

    /// <summary>Whether that silo is meant. Generation 0 means whichever listens at the endpoint.</summary>
    private static bool Means(SiloAddress wanted, SiloAddress silo) =>
        wanted.Generation == 0 ? wanted.Endpoint.Equals(silo.Endpoint) : wanted.Equals(silo);

    /// <summary>A client's request for a grain that is known to be elsewhere goes on as it came.</summary>
    private bool TryRelay(Connection connection, in RequestHeader header, in RequestFrame frame)
    {
        if (!Parts.Dispatcher.TryGetRemote(header.Target, out var silo))
        {
            return false;
        }

        var call = (header.Flags & RequestFlags.OneWay) != 0
            ? null
            : new RelayedCall(connection, frame.Id, header.Target, silo, Parts.Directory)
            {
                Deadline = header.TimeToLive == 0 ? PendingCall.NoDeadline : Environment.TickCount64 + header.TimeToLive,
            };
        try
        {
            Connect(silo).SendRequest(header, frame.Body, call);
        }
        catch (SiloUnavailableException exception)
        {
            call?.OnFailure(exception);
        }

        return true;
    }

    private async Task Answer(Connection connection, long id, SystemOperation operation, byte[] payload)
    {
        try
        {
            connection.SendSystemResponse(id, await Handle(operation, payload).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            LogSystemRequestFailed(_log, operation, connection, exception);
            connection.SendRejection(id, RejectionKind.Undeliverable, exception.Message);
        }
    }

    private async Task<byte[]> Handle(SystemOperation operation, byte[] payload)
    {
        switch (operation)
        {
            case SystemOperation.DirectoryLookup:
            case SystemOperation.DirectoryRegister:
            case SystemOperation.DirectoryUnregister:
            case SystemOperation.DirectorySync:
                return await Parts.Directory.Handle(operation, payload).ConfigureAwait(false);
            case SystemOperation.FindClient:
                return [Parts.Clients.IsHere(Encoding.UTF8.GetString(payload)) ? (byte)1 : (byte)0];
            case SystemOperation.Statistics:
            case SystemOperation.Manage:
                return Parts.Control.Value.Handle(operation, payload);
            case SystemOperation.MembershipTable:
                var table = Parts.Table.Value as PrimarySiloMembershipTable ?? throw new OrleansException("This silo holds no membership table.");
                return await table.Handle(payload).ConfigureAwait(false);
            default:
                return await Parts.Membership.Handle(operation, payload).ConfigureAwait(false);
        }
    }

    [LoggerMessage(EventId = 2050, Level = LogLevel.Warning, Message = "{Operation} of {Peer} failed.")]
    private static partial void LogSystemRequestFailed(ILogger logger, SystemOperation operation, Connection peer, Exception exception);
}
