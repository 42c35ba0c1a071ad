using System.Text;
using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Listing;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Listing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Watching;

/// <summary>Reads the store as any client of this host does: strongly, in either mode, so that nothing is told that is not committed.</summary>
internal sealed class ClusterKeyReader(Router router, KeyRouteCache routes, KeyPages pages) : IKeyReader
{
    public async Task<KeyReading> Read(string key)
    {
        var input = new OperationInput(OperationCode.Fetch, routes.Get(Encoding.UTF8.GetBytes(key))) { Consistency = ReadConsistency.Strong };
        var outcome = await router.ExecuteAsync(input).ConfigureAwait(false);
        if (outcome is { Kind: RoutedKind.Answered, Reply: { Status: ReplyStatus.NotFound } absent }) return new KeyReading(TombstoneOf(key, absent), null);
        return OutcomeProblems.Of(outcome, input) is { } problem ? new KeyReading(null, problem) : new KeyReading(ValueOf(key, outcome.Reply!), null);
    }

    public async Task<KeyNames> List(string prefix, string? after)
    {
        var page = await pages.GetAsync(prefix, after, KeyPage.MaxKeys).ConfigureAwait(false);
        if (page is { Status: ReplyStatus.Done, Stale: false }) return new KeyNames(page.Keys, page.Next, null);
        var status = page.Status == ReplyStatus.Done ? ReplyStatus.NoQuorum : page.Status;
        return new KeyNames([], null, OutcomeProblems.OfRefusal(status, page.Detail));
    }

    private static WatchEvent ValueOf(string key, OperationReply reply) => new(WatchEventKind.Stored, key, reply.Version)
    {
        Value = reply.Value,
        ContentType = reply.ContentType,
        ModifiedUnixMilliseconds = reply.ModifiedUnixMilliseconds,
        ExpiresUnixMilliseconds = reply.ExpiresUnixMilliseconds,
    };

    private static WatchEvent? TombstoneOf(string key, OperationReply reply) => reply.Version == 0
        ? null
        : new WatchEvent(reply.Expired ? WatchEventKind.Expired : WatchEventKind.Deleted, key, reply.Version) { ModifiedUnixMilliseconds = reply.ModifiedUnixMilliseconds };
}
