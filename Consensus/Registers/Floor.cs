namespace Orleans.Kv.Consensus;

/// <summary>
/// What a slot remembers of the registers that were purged from it: an absent key counts as promised at <paramref name="Ballot"/>, and what is written
/// for it starts above <paramref name="Version"/> and <paramref name="Stamp"/>. So a late message cannot bring a deleted key back, no promise is
/// forgotten, no version repeats and no retry is answered twice. The default is "nothing was ever purged".
/// </summary>
public readonly record struct Floor(Ballot Ballot, long Version, HybridTimestamp Stamp)
{
    public static readonly Floor None;

    /// <summary>The floor above both: each part at its highest.</summary>
    public static Floor Above(in Floor left, in Floor right) => new(
        Ballot.Higher(left.Ballot, right.Ballot),
        Math.Max(left.Version, right.Version),
        HybridTimestamp.Later(left.Stamp, right.Stamp));
}
