using Orleans.Runtime.Messaging;
using Orleans.Serialization;

namespace Orleans.Runtime.Management;

/// <summary>Asks silos for what management wants, by system requests, and answers those of others for this silo.</summary>
internal sealed class SiloControl(
    ISystemCaller caller, ILocalSiloDetails local, ActivationStatistics statistics, IdleCollector collector, Serializer serializer) : ISiloControl
{
    /// <summary>The only order there is so far: first byte of a <see cref="SystemOperation.Manage"/>, before its argument.</summary>
    private const byte CollectOrder = 1;

    private const byte CountQuestion = 1;
    private const byte ListQuestion = 2;

    public async Task<IReadOnlyList<SimpleGrainStatistic>> CountActivations(SiloAddress silo) =>
        serializer.Deserialize<List<SimpleGrainStatistic>>(await caller.Ask(silo, SystemOperation.Statistics, new[] { CountQuestion }))!;

    public async Task<IReadOnlyList<DetailedGrainStatistic>> ListActivations(SiloAddress silo) =>
        serializer.Deserialize<List<DetailedGrainStatistic>>(await caller.Ask(silo, SystemOperation.Statistics, new[] { ListQuestion }))!;

    public Task CollectActivations(SiloAddress silo, TimeSpan ageLimit) =>
        caller.Ask(silo, SystemOperation.Manage, (byte[])[CollectOrder, .. BitConverter.GetBytes(ageLimit.Ticks)]);

    /// <summary>Answers another silo, or this one.</summary>
    public byte[] Handle(SystemOperation operation, byte[] payload)
    {
        switch (operation, payload)
        {
            case (SystemOperation.Statistics, [CountQuestion]):
                return serializer.SerializeToArray(Count());
            case (SystemOperation.Statistics, [ListQuestion]):
                return serializer.SerializeToArray(List());
            case (SystemOperation.Manage, [CollectOrder, ..]) when payload.Length == 1 + sizeof(long):
                collector.Collect(TimeSpan.FromTicks(BitConverter.ToInt64(payload, 1)));
                return [];
            default:
                throw new InvalidMessageFrameException($"{operation} with {payload.Length} bytes is nothing this silo knows.");
        }
    }

    private List<SimpleGrainStatistic> Count() =>
    [
        .. statistics.CountByClass().Select(
            count => new SimpleGrainStatistic { GrainType = count.Key, SiloAddress = local.SiloAddress, ActivationCount = count.Value }),
    ];

    private List<DetailedGrainStatistic> List() =>
    [
        .. statistics.List().Select(
            activation => new DetailedGrainStatistic { GrainType = activation.ClassName, SiloAddress = local.SiloAddress, GrainId = activation.Id }),
    ];
}
