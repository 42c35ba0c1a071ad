using System.Collections.Concurrent;

namespace Orleans.Kv.Tests.Runtime.Host.Grains;

public sealed class IdleGrain : Grain, IIdleGrain
{
    private static readonly ConcurrentDictionary<string, DeactivationReasonCode> Deactivations = new();

    private readonly Guid _instance = Guid.NewGuid();

    public static DeactivationReasonCode? LastDeactivation(string key) =>
        Deactivations.TryGetValue(key, out var reason) ? reason : null;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Deactivations[this.GetPrimaryKeyString()] = reason.ReasonCode;
        return Task.CompletedTask;
    }

    public Task<Guid> Instance() => Task.FromResult(_instance);
}
