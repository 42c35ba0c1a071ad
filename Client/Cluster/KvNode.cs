namespace Orleans.Kv.Client;

/// <summary>One silo, as the cluster sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State"><c>joining</c>, <c>in-sync</c>, <c>catching-up</c>, <c>partitioned</c>, <c>draining</c> or <c>dead</c>.</param>
/// <param name="IsMember">Whether the map has it.</param>
/// <param name="Keys">How many keys it holds; null where nobody could ask it.</param>
/// <param name="Pending">How many keys the others still owe it.</param>
public sealed record KvNode(string Name, string State, bool IsMember, long? Keys, long Pending);
