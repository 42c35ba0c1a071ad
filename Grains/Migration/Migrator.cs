using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Migration;

/// <summary>
/// A silo's part in migrations: takes the leader's orders and keeps one <see cref="MigrationRun"/>, that of the newest epoch in migration. What it has done under an epoch it
/// remembers for as long as that epoch lasts, so that a new leader finds out.
/// </summary>
internal sealed class Migrator(SiloProposing silo, ISlotMoving moving, IOptions<MigrationOptions> options, ILogger<MigrationRun> logger)
{
    private readonly Lock _gate = new();
    private MigrationRun? _run;

    public MigrationReport Take(MigrationOrder order)
    {
        var map = silo.Topology.View.Map;
        if (map is null || map.IsStable || map.Epoch.Number != order.Epoch) return new MigrationReport { Epoch = map?.Epoch.Number ?? 0 };
        MigrationRun run;
        lock (_gate)
        {
            // Maps that follow each other faster than orders travel: the view read above may be the older one by now.
            if (_run is not null && _run.Epoch > map.Epoch) return new MigrationReport { Epoch = _run.Epoch.Number };
            if (_run is null || _run.Epoch < map.Epoch)
            {
                _run?.Stop();
                _run = new MigrationRun(map, silo, moving, options.Value, logger);
            }

            run = _run;
        }

        return run.Take(SlotSet.FromBytes(order.Slots));
    }
}
