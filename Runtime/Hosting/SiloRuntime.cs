using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.GrainDirectory;
using Orleans.Runtime.Management;
using Orleans.Runtime.Messaging;
using Orleans.Runtime.Placement;
using Orleans.Serialization;
using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>
/// The parts of a silo and how they hang together. Activations send requests, requests find activations: such circles are closed here, in one
/// place, instead of being hidden in the container.
/// </summary>
internal sealed partial class SiloRuntime : IDisposable
{
    private readonly ILogger _log;

    public SiloRuntime(IServiceProvider services)
    {
        var loggers = services.GetRequiredService<ILoggerFactory>();
        var time = services.GetRequiredService<TimeProvider>();
        var messaging = services.GetRequiredService<IOptions<SiloMessagingOptions>>().Value;
        var transport = services.GetRequiredService<IConnectionTransport>();
        _log = loggers.CreateLogger<SiloRuntime>();
        Details = services.GetRequiredService<ILocalSiloDetails>();
        References = services.GetRequiredService<GrainReferenceActivator>();
        Timers = services.GetRequiredService<ITimerRegistry>();
        Catalog = services.GetRequiredService<Catalog>();
        Timeouts = new CallTimeouts(time);
        ConnectionServices = new ConnectionServices(
            services.GetRequiredService<MessageBodyCodec>(), Timeouts, messaging, services.GetRequiredService<IOptions<ConnectionOptions>>(), loggers);
        Connections = new SiloConnections(ConnectionServices, transport, time, loggers.CreateLogger<SiloConnections>());
        Center = new MessageCenter(Details, Connections, messaging.SystemResponseTimeout, loggers.CreateLogger<MessageCenter>());
        Membership = new MembershipTransport(
            Center,
            Connections,
            services.GetRequiredService<IClusterMembershipService>);
        Directory = new GrainDirectoryService(
            Details.SiloAddress,
            new LocationCache(),
            Catalog,
            Center,
            new LateMembership(services),
            time,
            loggers.CreateLogger<GrainDirectoryService>());
        Calls = new SiloCallServices
        {
            Codec = ConnectionServices.Codec,
            Filters = services.GetRequiredService<GrainCallFilters>(),
            Locations = Directory,
            DropExpired = messaging.DropExpiredMessages,
        };
        Timeouts.Watch(Calls.LocalCalls);
        Targets = services.GetRequiredService<LocalTargets>();
        Clients = new ClientRegistry(Details.SiloAddress, Center.Connect, Center, () => Directory.View.Alive);
        Classes = services.GetRequiredService<GrainClasses>();
        Dispatcher = CreateDispatcher(services, messaging, loggers);
        Router = new SiloCallRouter(Center, Calls, Dispatcher, Directory, Timeouts);
        Center.Parts = new SiloParts(
            Classes,
            Calls,
            Dispatcher,
            Directory,
            Clients,
            Membership,
            new(services.GetRequiredService<SiloControl>),
            new(services.GetRequiredService<IMembershipTable>));
        Catalog.Services = CreateActivationServices(services, messaging, loggers);
        SiloListener = new ConnectionListener(Center, ConnectionServices, transport, PeerKind.Silo, loggers.CreateLogger<ConnectionListener>());
        GatewayListener = new ConnectionListener(Center, ConnectionServices, transport, PeerKind.Client, loggers.CreateLogger<ConnectionListener>());
    }

    public ILocalSiloDetails Details { get; }

    public GrainClasses Classes { get; }

    public GrainReferenceActivator References { get; }

    public ITimerRegistry Timers { get; }

    public Catalog Catalog { get; }

    public CallTimeouts Timeouts { get; }

    public ConnectionServices ConnectionServices { get; }

    public SiloConnections Connections { get; }

    public MessageCenter Center { get; }

    public MembershipTransport Membership { get; }

    public GrainDirectoryService Directory { get; }

    public SiloCallServices Calls { get; }

    public LocalTargets Targets { get; }

    public ClientRegistry Clients { get; }

    public RequestDispatcher Dispatcher { get; }

    public SiloCallRouter Router { get; }

    public ConnectionListener SiloListener { get; }

    public ConnectionListener GatewayListener { get; }

    public void Dispose() => Timeouts.Dispose();

    public void OnTurnFailed(GrainId target, Exception exception) => LogTurnFailed(_log, target, exception);

    private RequestDispatcher CreateDispatcher(IServiceProvider services, SiloMessagingOptions messaging, ILoggerFactory loggers) => new(
        Details.SiloAddress,
        Classes,
        Catalog,
        Directory,
        new PlacementService(services, Details.SiloAddress, () => Directory.View),
        Targets,
        Clients,
        Center.Connect,
        messaging.MaxForwardCount,
        loggers.CreateLogger<RequestDispatcher>());

    private ActivationServices CreateActivationServices(IServiceProvider services, SiloMessagingOptions messaging, ILoggerFactory loggers) => new()
    {
        Services = services,
        Silo = Details.SiloAddress,
        Directory = Directory,
        References = References,
        Collection = services.GetRequiredService<IOptions<GrainCollectionOptions>>().Value,
        MaxQueuedRequests = messaging.MaxEnqueuedRequestsHardLimit,
        Time = services.GetRequiredService<TimeProvider>(),
        Log = loggers.CreateLogger<Activation>(),
        Reroute = Dispatcher.Reroute,
        OnGone = Catalog.Remove,
    };

    [LoggerMessage(EventId = 3050, Level = LogLevel.Error, Message = "A turn of {Target} threw outside of its code.")]
    private static partial void LogTurnFailed(ILogger logger, GrainId target, Exception exception);

    /// <summary>Membership needs messaging, and the directory needs membership: asked for when it is used.</summary>
    private sealed class LateMembership(IServiceProvider services) : IClusterMembershipService
    {
        private readonly Lazy<IClusterMembershipService> _membership = new(services.GetRequiredService<IClusterMembershipService>);

        public ClusterMembershipSnapshot CurrentSnapshot => _membership.Value.CurrentSnapshot;

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => _membership.Value.MembershipUpdates;

        public ValueTask Refresh(MembershipVersion minimumVersion, CancellationToken cancellationToken) =>
            _membership.Value.Refresh(minimumVersion, cancellationToken);

        public Task<bool> TryKill(SiloAddress siloAddress) => _membership.Value.TryKill(siloAddress);
    }
}
