using Microsoft.Extensions.Logging;
using Orleans.Runtime.Messaging;

namespace Orleans.Runtime.GrainDirectory;

/// <summary>
/// Says where each grain is active. Every active silo keeps the entries of the grains that its positions on a ring of hashes cover.
/// </summary>
/// <remarks>
/// <para>
/// Entries live in memory only and need not survive their keeper: the silo that hosts an activation is the source of its entry. When
/// the ring changes, every living silo tells each new keeper which grains it hosts (<see cref="Handoff"/>), so the directory is
/// whole again one exchange after membership has spoken.
/// </para>
/// <para>
/// One grain has one entry, hence one activation, while all see the same membership. While they do not, two may exist for a moment;
/// the one that loses at the handoff is told to end. The rest of the product does not rely on more.
/// </para>
/// </remarks>
internal sealed partial class GrainDirectoryService : ILocationListener
{
    private const int MaxAttempts = 100;

    /// <summary>A keeper that has not heard from everybody answers anyway after this: somebody is paused or cut off.</summary>
    private static readonly TimeSpan HandoffTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Between two questions, when keeper and asker see different rings.</summary>
    private static readonly TimeSpan DisagreementPause = TimeSpan.FromMilliseconds(20);

    private readonly SiloAddress _self;
    private readonly LocationCache _cache;
    private readonly Catalog _catalog;
    private readonly ISystemCaller _caller;
    private readonly IClusterMembershipService _membership;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly DirectoryPartition _partition = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<SiloAddress, uint> _heard = [];
    private volatile ClusterView _view = ClusterView.Empty;
    private volatile ClusterView _settled = ClusterView.Empty;
    private volatile Handoff? _handoff;

    public GrainDirectoryService(
        SiloAddress self,
        LocationCache cache,
        Catalog catalog,
        ISystemCaller caller,
        IClusterMembershipService membership,
        TimeProvider time,
        ILogger<GrainDirectoryService> log)
    {
        _self = self;
        _cache = cache;
        _catalog = catalog;
        _caller = caller;
        _membership = membership;
        _time = time;
        _log = log;
    }

    public MembershipVersion Version => _view.Version;

    public ClusterView View => _view;

    public int PartitionCount => _partition.Count;

    public bool TryGetCached(GrainId id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SiloAddress? silo) =>
        _cache.TryGet(id, out silo);

    public void OnLocated(GrainId grain, SiloAddress host)
    {
        if (!host.Equals(_self) && !_view.IsDead(host))
        {
            _cache.Set(grain, host);
        }
    }

    public void OnLost(GrainId grain) => _cache.Remove(grain);

    /// <summary>Nothing is on this silo any more.</summary>
    public void Forget(SiloAddress silo) => _cache.RemoveSilo(silo);

    public async ValueTask<GrainAddress?> Lookup(GrainId id)
    {
        var address = await Ask(
            id, SystemOperation.DirectoryLookup, version => DirectoryWire.Question(version, id), () => Valid(_partition.Find(id)));
        if (address is not null)
        {
            OnLocated(id, address.SiloAddress!);
        }

        return address;
    }

    /// <summary>Registers an activation. The result is the one that is registered: another one, if that was first.</summary>
    public async ValueTask<GrainAddress> Register(GrainAddress address)
    {
        var registered = await Ask(
            address.GrainId,
            SystemOperation.DirectoryRegister,
            version => DirectoryWire.Question(version, address),
            () => _partition.Register(address, _view));
        return registered!;
    }

    /// <summary>Removes an activation's entry. A keeper that cannot be reached will lose it with the next change of the ring.</summary>
    public async ValueTask Unregister(GrainAddress address)
    {
        _cache.Remove(address.GrainId);
        try
        {
            await Ask(
                address.GrainId,
                SystemOperation.DirectoryUnregister,
                version => DirectoryWire.Question(version, address),
                () =>
                {
                    _partition.Unregister(address);
                    return null;
                });
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            LogUnregisterFailed(_log, address.GrainId, exception.Message);
        }
    }

    /// <summary>Answers another silo.</summary>
    public async Task<byte[]> Handle(SystemOperation operation, byte[] payload)
    {
        if (operation == SystemOperation.DirectorySync)
        {
            return HandleSync(payload);
        }

        var (askerVersion, id, address) = ReadQuestion(operation, payload);
        if (askerVersion > _view.Version)
        {
            await _membership.Refresh(askerVersion);
        }

        if (_view.OwnerOf(id) is not { } owner || !owner.Equals(_self))
        {
            return DirectoryWire.Refuse(_view.Version);
        }

        await WhenSettled(id);
        if (!_self.Equals(_view.OwnerOf(id)))
        {
            return DirectoryWire.Refuse(_view.Version);
        }

        switch (operation)
        {
            case SystemOperation.DirectoryLookup:
                return DirectoryWire.Answer(Valid(_partition.Find(id)));
            case SystemOperation.DirectoryRegister:
                return DirectoryWire.Answer(_partition.Register(address!, _view));
            default:
                _partition.Unregister(address!);
                return DirectoryWire.Answer(null);
        }
    }

    private static (MembershipVersion Version, GrainId Id, GrainAddress? Address) ReadQuestion(SystemOperation operation, byte[] payload)
    {
        var input = new InputSpan(payload);
        var version = new MembershipVersion(input.ReadInt64());
        if (operation == SystemOperation.DirectoryLookup)
        {
            return (version, DirectoryWire.ReadId(ref input), null);
        }

        var address = DirectoryWire.ReadAddress(ref input);
        return (version, address.GrainId, address);
    }

    private GrainAddress? Valid(GrainAddress? address) => address is null || _view.IsDead(address.SiloAddress!) ? null : address;

    private async ValueTask<GrainAddress?> Ask(
        GrainId id, SystemOperation operation, Func<MembershipVersion, byte[]> question, Func<GrainAddress?> local)
    {
        for (var attempt = 0; ; attempt++)
        {
            var view = _view;
            var owner = view.OwnerOf(id) ?? _self;
            if (owner.Equals(_self))
            {
                await WhenSettled(id);
                if (_self.Equals(_view.OwnerOf(id) ?? _self))
                {
                    return local();
                }

                continue;
            }

            byte[] answer;
            try
            {
                answer = await _caller.Ask(owner, operation, question(view.Version));
            }
            catch (SiloUnavailableException) when (attempt < MaxAttempts && !owner.Equals(_view.OwnerOf(id)))
            {
                // Membership has found out meanwhile: ask whoever keeps it now.
                continue;
            }

            if (answer[0] != DirectoryWire.NotOwner)
            {
                return Read(answer);
            }

            if (attempt >= MaxAttempts)
            {
                throw new OrleansException($"The silos do not agree on who keeps the directory entry of '{id}'.");
            }

            await _membership.Refresh(ReadVersion(answer));
            await Task.Delay(DisagreementPause, _time);
        }

        static GrainAddress? Read(byte[] answer)
        {
            var input = new InputSpan(answer);
            return input.ReadByte() == DirectoryWire.Found ? DirectoryWire.ReadAddress(ref input) : null;
        }

        static MembershipVersion ReadVersion(byte[] answer)
        {
            var input = new InputSpan(answer.AsSpan(1));
            return new MembershipVersion(input.ReadInt64());
        }
    }

    [LoggerMessage(EventId = 4001, Level = LogLevel.Debug, Message = "The directory entry of {Grain} could not be removed: {Reason}")]
    private static partial void LogUnregisterFailed(ILogger logger, GrainId grain, string reason);
}
