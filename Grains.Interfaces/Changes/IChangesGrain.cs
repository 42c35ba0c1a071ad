namespace Orleans.Kv.Interfaces.Changes;

/// <summary>
/// The way from outside to the change feeds of the silos. A worker on every silo, like the coordinator: the call is served by the silo it arrives at, which passes it on to the silo
/// that is named; the integer key only spreads the references. What a feed tells, and what not, is with <see cref="IChangesService"/>.
/// </summary>
[Alias("kv.IChangesGrain")]
public interface IChangesGrain : IGrainWithIntegerKey
{
    /// <summary><see cref="IChangesService.Follow"/> of the silo of that name; <see cref="FollowStatus.Unreachable"/> where it cannot be asked.</summary>
    [Alias("Follow")]
    [ResponseTimeout("00:00:05")]
    Task<FollowReply> Follow(string silo, FollowRequest request);

    /// <summary><see cref="IChangesService.Poll"/> of the silo of that name; <see cref="ChangeStatus.Unreachable"/> where it cannot be asked.</summary>
    [Alias("Poll")]
    [ResponseTimeout("00:00:08")]
    Task<ChangeBatch> Poll(string silo, PollRequest request);
}
