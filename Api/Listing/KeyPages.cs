using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Listing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Listing;

/// <summary>
/// Gets pages of keys from the silos. One that has none to give is followed by another; one that does not answer soon, because it has just died for instance, is joined by another, and the
/// first page that comes counts. A page is a read: asking twice costs work and harms nothing.
/// </summary>
internal sealed class KeyPages(ICluster cluster, CoordinatorChoice coordinators, TimeProvider time)
{
    /// <summary>Most pages take milliseconds. A silo may take a second where many deleted keys lie between those that exist, and then another one may try as well.</summary>
    private static readonly TimeSpan HedgeAfter = TimeSpan.FromSeconds(1);

    /// <summary>As long as the router gives an operation.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The page, or the last silo's reason for there being none; its status is then not <see cref="ReplyStatus.Done"/>.</summary>
    public async Task<KeyPage> GetAsync(string prefix, string? after, int limit)
    {
        if (!cluster.IsConnected) return None(Router.NotConnected);
        var request = new KeyListRequest { Prefix = prefix, After = after, Limit = limit };
        using var patience = new CancellationTokenSource(Patience, time);
        var open = new List<(int Coordinator, Task<KeyPage> Answer)>();
        var asked = 0L;
        var left = SiloInquiry.MaxSilos;
        var last = None("no silo answers this API host");
        var next = coordinators.Next(asked, silentSilo: null);
        while (true)
        {
            if (next >= 0 && left-- > 0)
            {
                asked |= 1L << next;
                open.Add((next, AskAsync(next, request)));
            }

            if (open.Count == 0) return last;
            var first = Task.WhenAny(open.Select(static attempt => attempt.Answer));
            try
            {
                await first.WaitAsync(left > 0 && next >= 0 ? HedgeAfter : Timeout.InfiniteTimeSpan, time, patience.Token).ConfigureAwait(false);
                var answer = await first.ConfigureAwait(false);
                open.RemoveAll(attempt => attempt.Answer == answer);
                last = await answer.ConfigureAwait(false);
                if (last.Status is ReplyStatus.Done or ReplyStatus.Invalid) return last;
                next = coordinators.NextOther(asked, [], silentSilo: null);
            }
            catch (TimeoutException)
            {
                foreach (var (coordinator, _) in open) coordinators.Silent(coordinator);
                // One that was silent lately is better than none.
                next = coordinators.Next(asked, silentSilo: null);
                if ((asked & (1L << next)) != 0) next = -1;
            }
            catch (OperationCanceledException)
            {
                return None("no silo has answered in time");
            }
        }
    }

    private async Task<KeyPage> AskAsync(int coordinator, KeyListRequest request)
    {
        try
        {
            return await cluster.ListKeys(coordinator, request).ConfigureAwait(false);
        }
        catch (Exception exception) when (SiloFaults.IsOne(exception))
        {
            if (!SiloFaults.IsOfAnotherBuild(exception)) coordinators.Silent(coordinator);
            return None(exception.Message);
        }
    }

    private static KeyPage None(string detail) => new() { Status = ReplyStatus.Unavailable, Detail = detail };
}
