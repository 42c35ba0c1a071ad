using System.Text;
using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Listing;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Files;

/// <summary>
/// The keys of files through this host's router. The router has an answer within seconds; a transfer of minutes wants to outlive a restart of silos, so what the router gave up is asked again here, for a while.
/// A write asks again under the same id, whatever became of it before, and so happens once.
/// </summary>
internal sealed class RoutedKeys(Router router, KeyRouteCache routes, KeyPages pages, FileStoreOptions options, TimeProvider time) : IFileKeys
{
    /// <summary>The media type of chunks.</summary>
    public const string Octets = "application/octet-stream";

    // A router that refuses does so at once, most of the time: the first pause lets a map change pass, the longest keeps a crowd of transfers from asking all the time.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    public async Task<StoredValue?> FetchAsync(string key, CancellationToken cancellation)
    {
        var reply = await ExecuteAsync(new OperationInput(OperationCode.Fetch, Route(key)), cancellation);
        return reply.Status == ReplyStatus.NotFound ? null : new StoredValue(reply.Value ?? [], reply.Version);
    }

    public Task StoreAsync(string key, byte[] octets, CancellationToken cancellation) =>
        ExecuteAsync(new OperationInput(OperationCode.Store, Route(key)) { Value = octets, ContentType = Octets, RequestOrigin = Guid.NewGuid() }, cancellation);

    public async Task<long?> TestAndSetAsync(string key, byte[]? expect, byte[] value, CancellationToken cancellation)
    {
        var reply = await ExecuteAsync(new OperationInput(OperationCode.TestAndSet, Route(key)) { Expect = expect, Value = value, RequestOrigin = Guid.NewGuid() }, cancellation);
        return reply.Swapped ? reply.Version : null;
    }

    public async Task<bool> DeleteAsync(string key, long? version, CancellationToken cancellation)
    {
        var reply = await ExecuteAsync(new OperationInput(OperationCode.Delete, Route(key)) { IfVersion = version, RequestOrigin = Guid.NewGuid() }, cancellation);
        return reply.Status == ReplyStatus.Done;
    }

    public async Task<KeysPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            var page = await pages.GetAsync(prefix, after, limit).WaitAsync(cancellation);
            if (page.Status == ReplyStatus.Done) return new KeysPage(page.Keys, page.Next);
            await PauseAsync(started, pause, page.Status == ReplyStatus.Invalid, page.Detail, cancellation);
        }
    }

    private async Task<OperationReply> ExecuteAsync(OperationInput input, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            cancellation.ThrowIfCancellationRequested();
            var outcome = await router.ExecuteAsync(input);
            // A write that is accepted and not committed may lose against another one yet: for a file that is no answer.
            if (outcome is { Kind: RoutedKind.Answered, Reply: { Status: ReplyStatus.Done or ReplyStatus.NotFound or ReplyStatus.ConditionFailed } reply }) return reply;
            await PauseAsync(started, pause, outcome is { Kind: RoutedKind.Answered, Status: ReplyStatus.Invalid }, Describe(outcome), cancellation);
        }
    }

    private async Task PauseAsync(long started, TimeSpan pause, bool isFinal, string? why, CancellationToken cancellation)
    {
        if (isFinal || time.GetElapsedTime(started) + pause > options.Patience)
            throw new FileException(FileFault.Unavailable, string.IsNullOrEmpty(why) ? "the store does not answer" : $"the store cannot do it now: {why}");
        await Task.Delay(pause, time, cancellation);
    }

    private static string? Describe(RoutedOutcome outcome) =>
        outcome is { Kind: RoutedKind.Answered, Status: ReplyStatus.Accepted } ? "there is no quorum" : outcome.Detail ?? outcome.Status.ToString();

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    private KeyRoute Route(string key) => routes.Get(Encoding.UTF8.GetBytes(key));
}
