namespace Orleans.Kv.Interfaces.Topology;

/// <summary>
/// Which store stands under a silo's name at present, and where it listens. One record per name, the newest wins: a node of the map whose
/// record names another store is gone, and must not be looked for at that address.
/// </summary>
/// <param name="Name">The silo's stable name.</param>
/// <param name="Store">The store's id, in hexadecimal, as the consensus core prints it.</param>
/// <param name="Silo">The address of the silo that serves the store, with the generation of its process.</param>
public sealed record NodeRecord(string Name, string Store, SiloAddress Silo);
