using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Listing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Listing;

/// <summary>Gets pages of keys from the silos: from one, and where that has none to give from another.</summary>
internal sealed class KeyPages(ICluster cluster, SiloInquiry inquiry)
{
    // The silo that is asked waits for others, which it does for a second, and proposes for the few keys that are being written at the moment.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The page, or the last silo's reason for there being none; its status is then not <see cref="ReplyStatus.Done"/>.</summary>
    public async Task<KeyPage> GetAsync(string prefix, string? after, int limit)
    {
        var request = new KeyListRequest { Prefix = prefix, After = after, Limit = limit };
        var answer = await inquiry.AskAsync(
            Patience, coordinator => cluster.ListKeys(coordinator, request), static page => page.Status is ReplyStatus.Done or ReplyStatus.Invalid);
        return answer.Reply ?? new KeyPage { Status = ReplyStatus.Unavailable, Detail = answer.Fault };
    }
}
