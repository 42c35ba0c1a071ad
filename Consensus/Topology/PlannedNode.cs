namespace Orleans.Kv.Consensus;

/// <summary>What the planner of maps is told about one registered node. There is one per silo name: the store that the name stands for now.</summary>
/// <param name="Node">The name, and the store it stands for.</param>
/// <param name="IsAlive">Membership has its silo as active.</param>
/// <param name="DeadFor">For how long membership has it as dead; without meaning while it is alive.</param>
/// <param name="IsDraining">An operator wants it to leave and stay out.</param>
/// <param name="IsDurable">Its store outlives its process: dead is not lost.</param>
/// <param name="WasMember">
/// Its store has been in a map before. While a map still has it, it may go on; once no map has it, this store never comes back: it slept through whatever was purged since,
/// and could bring deleted keys back. Its silo wipes it, and registers anew under another store id. The authority knows it of the stores that its records name; of a store
/// that comes back after its name has stood for another one, only the store itself does: whoever registers one that has ever followed a map says so.
/// </param>
public readonly record struct PlannedNode(
    NodeId Node, bool IsAlive, TimeSpan DeadFor = default, bool IsDraining = false, bool IsDurable = false, bool WasMember = false);
