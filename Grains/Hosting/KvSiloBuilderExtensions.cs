using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Changes;
using Orleans.Kv.Grains.Conflicts;
using Orleans.Kv.Grains.Coordination;
using Orleans.Kv.Grains.Expiry;
using Orleans.Kv.Grains.Leaving;
using Orleans.Kv.Grains.Listing;
using Orleans.Kv.Grains.Migration;
using Orleans.Kv.Grains.Monitoring;
using Orleans.Kv.Grains.Observing;
using Orleans.Kv.Grains.Pending;
using Orleans.Kv.Grains.Placement;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Reachability;
using Orleans.Kv.Grains.Repair;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Replication;
using Orleans.Kv.Grains.Storage;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Hosting;

/// <summary>Puts the store into a silo.</summary>
public static class KvSiloBuilderExtensions
{
    /// <summary>
    /// Adds the replica, the key grains, the coordinator and the topology to the silo, on memory storage unless another
    /// <see cref="IRegisterStorage"/>, or a <see cref="SiloMemory"/> that outlives this host, is registered. An <see cref="IMapAuthority"/> that all silos of the cluster share must be registered as well.
    /// </summary>
    public static ISiloBuilder AddKeyValueStore(this ISiloBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IRegisterStorage, MemoryRegisterStorage>();
        services.TryAddSingleton<SiloMemory>();

        services.AddSingleton<TopologyAgent>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<TopologyAgent>());
        services.AddSingleton<TopologyServiceClient>();
        services.AddSingleton<ModeSwitch>();
        services.AddSingleton<StoreKeeper>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<StoreKeeper>());
        services.AddSingleton<Leavers>();
        services.AddSingleton<Departure>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<Departure>());
        services.AddSingleton<Migrator>();
        services.TryAddSingleton<ISlotMoving, SlotMoving>();
        services.AddSingleton<ChangeCounters>();
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<ChangesServiceClient>();
        services.AddSingleton<Replica>();
        services.AddSingleton<ReplicaServiceClient>();
        services.AddSingleton<RoundTicker>();
        services.TryAddSingleton<IPeers, Peers>();
        services.AddSingleton<PendingPushes>();
        services.AddSingleton<IFailedPushes>(provider => provider.GetRequiredService<PendingPushes>());
        services.AddSingleton<PeerTraffic>();
        services.AddSingleton<SlotQuestions>();
        services.AddSingleton<TrafficCounters>();
        services.AddSingleton<ProposingCounters>();
        services.AddSingleton<SiloProposing>();
        services.AddSingleton<Settler>();
        services.AddSingleton<RepairCounters>();
        services.AddSingleton<CorruptionRepair>();
        services.AddSingleton<SlotSync>();
        services.AddSingleton<Replayer>();
        services.AddSingleton<AntiEntropy>();
        services.AddSingleton<Purger>();
        services.AddSingleton<RepairLoops>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<RepairLoops>());
        services.AddSingleton<PendingReporter>();
        services.AddSingleton<OwnStatus>();
        services.AddSingleton<ClusterReport>();
        services.AddSingleton<ExpiryCounters>();
        services.AddSingleton<Reaper>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<Reaper>());
        services.AddSingleton<KeyQuestions>();
        services.AddSingleton<KeyLister>();

        services.AddSingleton<Hearings>();
        services.AddSingleton<SyncWatch>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SyncWatch>());
        services.AddSingleton<ReachabilityWatch>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<ReachabilityWatch>());
        services.TryAddSingleton<IOutlook>(provider => provider.GetRequiredService<ReachabilityWatch>());
        services.AddSingleton<IValidateOptions<ReachabilityOptions>>(new OptionsFaults<ReachabilityOptions>(options => options.Faults()));

        // With the memory, as it outlives this host.
        services.TryAddSingleton(provider => provider.GetRequiredService<SiloMemory>().Pending(
            () => new PendingStore(provider.GetRequiredService<IOptions<PendingOptions>>(), provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton<PendingCounters>();
        services.AddSingleton<PendingDesk>();
        services.AddSingleton<PendingKeepers>();
        services.AddSingleton<PendingWriter>();
        services.AddSingleton<PendingMerger>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<PendingMerger>());
        services.AddSingleton<LocalCopies>();
        services.AddSingleton<CopyReader>();
        services.AddSingleton<AvailabilityGate>();
        services.AddSingleton<OperationMeters>();
        services.AddSingleton<GrainMeters>();
        services.AddSingleton<SiloReporter>();
        services.AddSingleton<MonitoringServiceClient>();
        services.AddSingleton<ReportGatherer>();
        services.AddSingleton<LocalConflicts>();
        services.AddSingleton<ConflictGatherer>();

        services.AddMetrics();
        services.AddSingleton<StoreMetrics>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<StoreMetrics>());
        services.AddSingleton(provider => new StoreHealth(provider.GetRequiredService<TopologyAgent>(), provider.GetRequiredService<OwnStatus>()));

        services.AddSingleton<IValidateOptions<ReplicaOptions>>(new OptionsFaults<ReplicaOptions>(options => options.Faults()));
        services.AddSingleton<IValidateOptions<TrafficOptions>>(new OptionsFaults<TrafficOptions>(options => options.Faults()));
        services.AddSingleton<IValidateOptions<ProposingOptions>>(new OptionsFaults<ProposingOptions>(options => options.Faults()));
        services.AddSingleton<IValidateOptions<RepairOptions>>(new OptionsFaults<RepairOptions>(options => options.Faults()));
        services.AddSingleton<IValidateOptions<TopologyOptions>>(new OptionsFaults<TopologyOptions>(options => options.Faults()));
        services.AddSingleton<IValidateOptions<MigrationOptions>>(new OptionsFaults<MigrationOptions>(options => options.Faults()));

        services.AddSingleton<IValidateOptions<AvailabilityOptions>>(new OptionsFaults<AvailabilityOptions>(options => options.Faults()));
        services.AddSingleton<IValidateOptions<ReaperOptions>>(new OptionsFaults<ReaperOptions>(options => options.Faults()));
        services.AddSingleton<IValidateOptions<ListingOptions>>(new OptionsFaults<ListingOptions>(options => options.Faults()));
        services.AddSingleton<IValidateOptions<PendingOptions>>(new OptionsFaults<PendingOptions>(options => options.Faults()));

        builder.AddGrainService<ReplicaService>();
        builder.AddGrainService<TopologyService>();
        builder.AddGrainService<ChangesService>();
        builder.AddGrainService<MonitoringService>();
        builder.AddPlacementDirector<ReplicaPlacement, ReplicaPlacementDirector>();
        return builder;
    }
}
