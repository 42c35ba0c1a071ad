using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Pending;

/// <summary>Answers what other silos say and ask about pending writes.</summary>
internal sealed partial class PendingDesk(PendingStore store, PendingCounters counters, ILogger<PendingDesk> logger)
{
    private readonly ILogger _logger = logger;

    public bool Keep(KeptWrite kept)
    {
        if (!KeptWriteMapping.TryRead(kept, out var write, out var fault))
        {
            LogMalformed(fault);
            return false;
        }

        if (!store.Keep(write)) return false;
        counters.OnKept();
        return true;
    }

    public void Drop(WriteName[] writes)
    {
        foreach (var name in writes)
        {
            if (TryRead(name, out var key, out var stamp)) store.Drop(key!, stamp);
        }
    }

    public bool[] Holds(WriteName[] writes) => [.. writes.Select(name => TryRead(name, out var key, out var stamp) && store.Holds(key!, stamp))];

    private static bool TryRead(WriteName name, out Key? key, out WriteStamp stamp)
    {
        stamp = new WriteStamp(new HybridTimestamp(name.Clock), name.Silo ?? "");
        return Key.TryFrom(name.Key ?? "", out key, out _);
    }

    [LoggerMessage(1512, LogLevel.Warning, "A pending write from another silo cannot be kept: {Fault}", EventName = "MalformedPendingWrite")]
    private partial void LogMalformed(string fault);
}
