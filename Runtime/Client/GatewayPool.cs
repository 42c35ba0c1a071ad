using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime.GrainDirectory;
using Orleans.Runtime.Messaging;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>A client's connections to all gateways, and the choice of one for each call.</summary>
/// <remarks>
/// A grain's calls go to the gateway of the silo that hosts it, where that is known from an earlier answer and connected: that saves a hop
/// between silos. Else to one that the grain's hash chooses, which passes them on and says in the answer who hosts the grain. A gateway that is
/// lost is out of the choice at once; its calls in flight fail at once.
/// </remarks>
internal sealed partial class GatewayPool : IConnectionOwner, ICallRouter, ILocationListener, IDisposable
{
    /// <summary>Between attempts to reach a gateway that is listed.</summary>
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(250);

    private readonly IGatewayListProvider _list;
    private readonly IConnectionTransport _transport;
    private readonly ConnectionServices _services;
    private readonly GrainTypeTable _types;
    private readonly LocalTargets _targets;
    private readonly ClusterOptions _cluster;
    private readonly GatewayOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ConnectionToClusterLostHandler[] _lostHandlers;
    private readonly GatewayCountChangedHandler[] _countHandlers;
    private readonly SiloCallServices _calls;
    private readonly LocationCache _locations = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, CancellationTokenSource> _kept = [];
    private readonly ConcurrentDictionary<SiloAddress, Connection> _bySilo = new();
    private readonly CancellationTokenSource _stop = new();
    private volatile Connection[] _live = [];
    private Task _refreshing = Task.CompletedTask;
    private readonly TaskCompletionSource _anyConnected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _refreshNow = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GatewayPool(
        IGatewayListProvider list,
        IConnectionTransport transport,
        ConnectionServices services,
        GrainTypeTable types,
        LocalTargets targets,
        GrainCallFilters filters,
        IOptions<ClusterOptions> cluster,
        IOptions<GatewayOptions> options,
        IOptions<ClientMessagingOptions> messaging,
        IEnumerable<ConnectionToClusterLostHandler> lostHandlers,
        IEnumerable<GatewayCountChangedHandler> countHandlers,
        TimeProvider time,
        ILogger<GatewayPool> log)
    {
        _list = list;
        _transport = transport;
        _services = services;
        _types = types;
        _targets = targets;
        _cluster = cluster.Value;
        _options = options.Value;
        _time = time;
        _log = log;
        _lostHandlers = [.. lostHandlers];
        _countHandlers = [.. countHandlers];
        _calls = new SiloCallServices
        {
            Codec = services.Codec,
            Filters = filters,
            Locations = this,
            DropExpired = messaging.Value.DropExpiredMessages,
        };
        Address = SiloAddress.New(IPAddress.Loopback, 0, -SiloAddress.AllocateNewGeneration());
    }

    public ILocationListener Locations => this;

    /// <summary>Name of this client among the cluster's clients.</summary>
    public string ClientId { get; } = Guid.NewGuid().ToString("N");

    public SiloAddress Address { get; }

    /// <summary>Gateways that are connected now.</summary>
    public int ConnectedCount => _live.Length;

    /// <summary>Connects to the listed gateways; done when the first of them has answered.</summary>
    public async Task Start(CancellationToken cancellation)
    {
        await _list.InitializeGatewayListProvider();
        await Refresh();
        lock (_gate)
        {
            // Waiting cannot help before somebody is listed: the retry filter decides how soon to look again.
            if (_kept.Count == 0)
            {
                throw new SiloUnavailableException("No gateway is listed.");
            }
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(_services.Options.OpenConnectionTimeout);
        try
        {
            await _anyConnected.Task.WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new SiloUnavailableException(
                $"Could not connect to any of the listed gateways within {_services.Options.OpenConnectionTimeout}. {_lastFailure}");
        }

        _refreshing = KeepRefreshing();
    }

    public void Dispose() => _stop.Dispose();

    public async Task Stop()
    {
        await _stop.CancelAsync();
        foreach (var connection in _live)
        {
            connection.Close(new SiloUnavailableException("The client was stopped."));
        }

        await _refreshing;
    }

    public void Send(in RequestHeader header, IInvokable request, PendingCall? call) =>
        Choose(header.Target).SendRequest(header, request, call);

    public void OnLocated(GrainId grain, SiloAddress host)
    {
        if (!_types.IsLocal(grain.Type) && !grain.IsClient())
        {
            _locations.Set(grain, host);
        }
    }

    public void OnLost(GrainId grain) => _locations.Remove(grain);

    public Hello CreateHello(Connection connection) => new()
    {
        ClusterId = _cluster.ClusterId,
        Kind = PeerKind.Client,
        Address = Address,
        ClientId = ClientId,
    };

    public string? Check(Connection connection, Hello peer) =>
        peer.ClusterId != _cluster.ClusterId ? $"It is of cluster '{peer.ClusterId}', this client of '{_cluster.ClusterId}'."
        : peer.Kind != PeerKind.Silo ? "It is no silo."
        : null;

    public void OnConnected(Connection connection)
    {
        _types.Set(connection.Peer!.GrainTypes);
        _bySilo[connection.Peer.Address] = connection;
        ChangeLive(live => [.. live.Append(connection).OrderBy(known => known.Endpoint!.ToString(), StringComparer.Ordinal)]);
        _anyConnected.TrySetResult();
    }

    public void OnRequest(Connection connection, in RequestFrame frame)
    {
        var header = new RequestHeader
        {
            Target = frame.Target,
            Interface = frame.Interface,
            Source = frame.Source,
            Flags = frame.Flags,
            TimeToLive = frame.TimeToLive,
            ReentrancyId = frame.ReentrancyId,
            RawContext = frame.Context.ToArray(),
        };
        var message = new RequestMessage(_calls, header, connection, frame.Id);
        if (_targets.TryGet(header.Target, out var target))
        {
            message.KeepBody(frame.Body);
            target.ReceiveMessage(message);
        }
        else
        {
            message.Fail(new ClientNotAvailableException($"The client has no observer '{header.Target}' (any more)."));
        }
    }

    public void OnSystemRequest(Connection connection, long id, SystemOperation operation, ReadOnlySpan<byte> payload) =>
        throw new InvalidMessageFrameException("A client answers no system requests.");

    public void OnFarewell(Connection connection) => Drop(connection);

    public void OnClosed(Connection connection, Exception reason)
    {
        _lastFailure = reason.Message;
        Drop(connection);

        // What it was a gateway of may be elsewhere already.
        _refreshNow.TrySetResult();
    }

    private Connection Choose(GrainId target)
    {
        if (_locations.TryGet(target, out var silo) && _bySilo.TryGetValue(silo, out var known))
        {
            return known;
        }

        var live = _live;
        return live.Length > 0
            ? live[target.GetUniformHashCode() % (uint)live.Length]
            : throw new SiloUnavailableException("The client is connected to no gateway.");
    }

    private void Drop(Connection connection)
    {
        if (connection.Peer is { } peer)
        {
            _bySilo.TryRemove(new(peer.Address, connection));
        }

        ChangeLive(live => [.. live.Where(known => known != connection)]);
    }
}
