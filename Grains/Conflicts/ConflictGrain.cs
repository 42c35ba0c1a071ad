using Orleans.Concurrency;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Monitoring;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Conflicts;

/// <summary>Lists conflicts, and takes off the list what somebody has dealt with: an ordinary operation on the conflict's key.</summary>
[StatelessWorker(1), Reentrant]
internal sealed class ConflictGrain(ConflictGatherer gatherer, Settler settler, TopologyAgent topology, GrainMeters meters, TimeProvider time) : Grain, IConflictGrain, IIncomingGrainCallFilter
{
    /// <summary>Of a deletion that comes too late by the key's stamp, because some clock is ahead: the next one goes by that stamp.</summary>
    private const int Attempts = 3;

    /// <summary>How long a deletion may be on its way: longer than a proposer tries.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public ValueTask<ConflictPage> List(string? after, int limit)
    {
        ConflictId? from = null;
        // An id that is none has nothing behind it.
        if (after is not null && !ConflictId.TryParse(after, out from)) return new(new ConflictPage { Entries = [] });
        return gatherer.List(from, Math.Clamp(limit, 1, ConflictPage.MaxEntries));
    }

    public async ValueTask<ConflictDeletion> Delete(string id)
    {
        if (!ConflictId.TryParse(id, out var conflict)) return ConflictDeletion.Invalid;
        if (topology.View.Map is null) return ConflictDeletion.Unavailable;
        var start = HybridTimestamp.FromUnixMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var outcome = await settler.Submit(conflict.Value.Key, new Operation
            {
                Id = new OperationId(OperationMapping.ToOrigin(Guid.NewGuid()), 0),
                Deadline = start.Plus(Deadline),
                Kind = OperationKind.Resolve,
                Conflict = conflict.Value.Lost,
            });
            switch (outcome)
            {
                case Outcome.Resolved resolved:
                    return resolved.WasListed ? ConflictDeletion.Done : ConflictDeletion.NotFound;
                case Outcome.TooLate { NeverProposed: true } late:
                    start = late.Stamp;
                    break;
                case Outcome.NotDone { Reason: GivenUp.NoQuorum or GivenUp.TimedOut }:
                    return ConflictDeletion.NoQuorum;
                default:
                    return ConflictDeletion.Unavailable;
            }
        }

        return ConflictDeletion.Unavailable;
    }

    Task IIncomingGrainCallFilter.Invoke(IIncomingGrainCallContext context) => meters.Measure(context);
}
