using Orleans.Kv.Interfaces.Changes;

namespace Orleans.Kv.Api.Watching;

/// <summary>What the hub asks of the silos' change feeds.</summary>
internal interface IChangeFeeds
{
    /// <summary>The silos that may have something to tell, by name; null while no silo answers that could say.</summary>
    IReadOnlyCollection<string>? Silos();

    /// <summary>Sets what the feed of a silo tells this host of.</summary>
    /// <param name="silo">The silo's name.</param>
    /// <param name="request">The whole filter.</param>
    /// <param name="way">Which way to the silo is taken: another number may lead through another gateway.</param>
    Task<FollowReply> Follow(string silo, FollowRequest request, int way);

    /// <summary>Waits for what a silo's feed has to tell.</summary>
    Task<ChangeBatch> Poll(string silo, PollRequest request, int way);
}
