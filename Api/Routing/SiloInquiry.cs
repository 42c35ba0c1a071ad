namespace Orleans.Kv.Api.Routing;

/// <summary>
/// Asks one silo after another for what any of them can do, until one gives an answer that counts. One at a time and each silo once: what is asked for here changes
/// settings, and a copy of the request that arrives late would undo what somebody else has set meanwhile.
/// </summary>
internal sealed class SiloInquiry(ICluster cluster, CoordinatorChoice coordinators, TimeProvider time)
{
    /// <summary>More silos than these would not know better, and the one who asks waits for all of them.</summary>
    public const int MaxSilos = 3;

    /// <summary>The first answer that counts, else the last one; without any, why there is none.</summary>
    public async Task<SiloAnswer<T>> AskAsync<T>(TimeSpan patience, Func<int, ValueTask<T>> ask, Func<T, bool> counts)
    {
        if (!cluster.IsConnected) return SiloAnswer<T>.None(Router.NotConnected, wasAsked: false);
        var answer = SiloAnswer<T>.None("no silo answers this API host", wasAsked: false);
        var asked = 0L;
        var next = coordinators.Next(asked, silentSilo: null);
        for (var i = 0; i < MaxSilos && next >= 0; i++)
        {
            asked |= 1L << next;
            try
            {
                var reply = await ask(next).AsTask().WaitAsync(patience, time).ConfigureAwait(false);
                answer = SiloAnswer<T>.Of(reply);
                if (counts(reply)) return answer;
            }
            catch (Exception exception) when (SiloFaults.IsOne(exception))
            {
                if (!SiloFaults.IsOfAnotherBuild(exception)) coordinators.Silent(next);
                if (!answer.IsAnswered) answer = SiloAnswer<T>.None(exception.Message, wasAsked: true);
            }

            next = coordinators.NextOther(asked, [], silentSilo: null);
        }

        return answer;
    }
}

/// <summary>What came of a <see cref="SiloInquiry"/>.</summary>
/// <param name="IsAnswered">Some silo has answered.</param>
/// <param name="Reply">Its answer.</param>
/// <param name="Fault">Why none has.</param>
/// <param name="WasAsked">Some silo may have received the request, whether it answered or not.</param>
internal readonly record struct SiloAnswer<T>(bool IsAnswered, T? Reply, string? Fault, bool WasAsked)
{
    public static SiloAnswer<T> Of(T reply) => new(true, reply, null, true);

    public static SiloAnswer<T> None(string fault, bool wasAsked) => new(false, default, fault, wasAsked);
}
