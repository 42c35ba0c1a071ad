using Microsoft.Extensions.DependencyInjection;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Migration;
using Orleans.Kv.Grains.Proposing;

namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>Holds migrations half-way, on every silo that has it: once armed, slots from <see cref="FirstHeld"/> on are not asked about before the release.</summary>
internal sealed class MigrationGate
{
    public const int FirstHeld = 100;

    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _armed;

    public void Arm() => _armed = true;

    public void Release() => _released.TrySetResult();

    public void Configure(string name, ISiloBuilder silo) =>
        silo.Services.AddSingleton<ISlotMoving>(services => new Held(ActivatorUtilities.CreateInstance<SlotMoving>(services), this));

    private sealed class Held(ISlotMoving moving, MigrationGate gate) : ISlotMoving
    {
        public async Task<SlotReply?> Ask(NodeId node, SlotRequest request)
        {
            if (gate._armed && request is OneSlotRequest { Slot.Index: >= FirstHeld }) await gate._released.Task;
            return await moving.Ask(node, request);
        }

        public void Settle(Key key, long tag, ISettleReceiver receiver) => moving.Settle(key, tag, receiver);
    }
}
