namespace Orleans.Kv.Interfaces.Topology;

/// <summary>
/// Which store stands under a silo's name at present, and where it listens. One record per name, the newest wins: a node of the map whose
/// record names another store is gone, and must not be looked for at that address.
/// </summary>
/// <param name="Name">The silo's stable name.</param>
/// <param name="Store">The store's id, in hexadecimal, as the consensus core prints it.</param>
/// <param name="Silo">The address of the silo that serves the store, with the generation of its process.</param>
/// <param name="Draining">An operator wants the node to leave the map and to stay out. Ends with the process: a new one registers afresh.</param>
/// <param name="Durable">The store outlives its process: a silo that is dead may return with it.</param>
/// <param name="WasMember">
/// A map had this store. The authority says so by itself, together with the map, and never takes it back: once no map has the store any more, it slept through
/// whatever was purged since and must not come back, only be wiped.
/// </param>
public sealed record NodeRecord(string Name, string Store, SiloAddress Silo, bool Draining = false, bool Durable = false, bool WasMember = false);
