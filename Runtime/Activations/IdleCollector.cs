using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>Ends activations that nobody has used for long.</summary>
internal sealed partial class IdleCollector(
    Catalog catalog, IOptions<GrainCollectionOptions> options, TimeProvider time, ILogger<IdleCollector> log)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private ITimer? _timer;

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe<IdleCollector>(ServiceLifecycleStage.RuntimeServices, _ => Start(), _ => Stop());

    public void Dispose() => _timer?.Dispose();

    /// <summary>Ends what has been idle for longer than its class allows, or than <paramref name="limit"/>. Returns how many.</summary>
    public int Collect(TimeSpan? limit)
    {
        var now = Environment.TickCount64;
        var count = 0;
        foreach (var activation in catalog.All)
        {
            var age = limit ?? activation.Class.CollectionAge;
            if (activation.State == ActivationState.Valid && age != TimeSpan.MaxValue && activation.IdleFor(now) > age.TotalMilliseconds)
            {
                count++;
                activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "The activation was idle for too long."));
            }
        }

        return count;
    }

    private Task Start()
    {
        var quantum = options.Value.CollectionQuantum;
        _timer = time.CreateTimer(_ => Tick(), null, quantum, quantum);
        return Task.CompletedTask;
    }

    private Task Stop()
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    private void Tick()
    {
        var count = Collect(null);
        if (count > 0)
        {
            LogCollected(log, count);
        }
    }

    [LoggerMessage(EventId = 3040, Level = LogLevel.Debug, Message = "Ended {Count} idle activations.")]
    private static partial void LogCollected(ILogger logger, int count);
}
