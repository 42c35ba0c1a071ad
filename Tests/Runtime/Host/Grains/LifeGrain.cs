using System.Collections.Concurrent;

namespace Orleans.Kv.Tests.Runtime.Host.Grains;

public sealed class LifeGrain(ILocalSiloDetails silo) : Grain, ILifeGrain
{
    /// <summary>A grain whose key starts so cannot be activated the first time.</summary>
    public const string FailsOnce = "fails-once-";

    /// <summary>A grain whose key starts so cannot be activated at all.</summary>
    public const string FailsAlways = "fails-always-";

    private static readonly ConcurrentDictionary<string, int> Activations = new();
    private static readonly ConcurrentDictionary<string, DeactivationReasonCode> Deactivations = new();

    private readonly Guid _instance = Guid.NewGuid();

    /// <summary>Why the grain with this key was last deactivated, in this process.</summary>
    public static DeactivationReasonCode? LastDeactivation(string key) =>
        Deactivations.TryGetValue(key, out var reason) ? reason : null;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        var times = Activations.AddOrUpdate(key, 1, (_, before) => before + 1);
        if (key.StartsWith(FailsAlways, StringComparison.Ordinal) || (key.StartsWith(FailsOnce, StringComparison.Ordinal) && times == 1))
            throw new ActivationRefusedException($"{key} refuses to be activated");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Deactivations[this.GetPrimaryKeyString()] = reason.ReasonCode;
        return Task.CompletedTask;
    }

    public Task<Guid> Instance() => Task.FromResult(_instance);

    public Task<SiloAddress> Silo() => Task.FromResult(silo.SiloAddress);

    public Task Deactivate()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task Work(TimeSpan time) => Task.Delay(time);
}
