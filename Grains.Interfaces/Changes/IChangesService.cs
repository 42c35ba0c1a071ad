using Orleans.Services;

namespace Orleans.Kv.Interfaces.Changes;

/// <summary>
/// One silo's change feed: what it tells those who follow keys. There are two kinds of entries.
/// <para>
/// A <em>change</em> is a version that is committed, told by the proposer that committed it, with its content. Each version of a key has one content, so the same version from two
/// silos, or twice from one, is the same change. Changes of one key come in no order that could be relied on (two silos may propose), and a change whose proposer died before it told
/// anybody comes from no silo at all.
/// </para>
/// <para>
/// For those there are <em>hints</em>: a silo's copy of the key has another version than before. It may be committed, may be about to, or may never be. Every version that is committed
/// is hinted at by a write quorum of the key's silos. So who follows all silos, and reads a key anew (strongly) when a hint above its last known version is followed by no
/// change for a moment (and once more, if a further hint comes while it reads), misses no last version.
/// </para>
/// <para>Writes that were accepted without a quorum (in the available mode) show when they are merged, not before.</para>
/// </summary>
[Alias("kv.IChangesService")]
public interface IChangesService : IGrainService
{
    /// <summary>
    /// Sets what a subscriber follows on this silo, replacing what it followed before; the subscription begins with the first call. With the answer the filter is in force: all that is
    /// committed or stored here afterwards and matches is told. So a strong read that begins after all silos have answered, and what they tell from then on, leave no gap.
    /// </summary>
    [Alias("Follow")]
    [ResponseTimeout("00:00:03")]
    Task<FollowReply> Follow(FollowRequest request);

    /// <summary>
    /// What waits for the subscriber; where nothing does, the answer comes with the first entry, or empty after <see cref="ChangeLimits.PollPatience"/>. Nothing is forgotten before it is
    /// acknowledged, so a question may be repeated. A second question supersedes one that still waits, which is answered empty.
    /// </summary>
    [Alias("Poll")]
    [ResponseTimeout("00:00:05")]
    Task<ChangeBatch> Poll(PollRequest request);
}
