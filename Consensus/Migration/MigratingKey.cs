using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>
/// A key to bring into the newest generation. Either settle it, or, where <see cref="MustSettle"/> allows and the mover's own register has accepted exactly <see cref="AtLeast"/>
/// redeliver that register's accepted ballot and state to all of <see cref="Missing"/>, as ordinary Accepts of the migration's epoch.
/// </summary>
/// <param name="Key">The key.</param>
/// <param name="AtLeast">The highest ballot that was listed. A higher one that the mover holds may be an accept that never got through, which only a settling can judge.</param>
/// <param name="Missing">The replicas of the newest generation that are not known to hold it.</param>
/// <param name="AcksNeeded">
/// So many different ones of them must acknowledge the redelivery for w replicas to hold it (a repeated answer of one node is one); the others are owed it like any push that failed.
/// </param>
/// <param name="MustSettle">Redelivery will not do: the ballot is not known to be committed, or an earlier attempt failed.</param>
public readonly record struct MigratingKey(Key Key, Ballot AtLeast, ImmutableArray<NodeId> Missing, int AcksNeeded, bool MustSettle);
