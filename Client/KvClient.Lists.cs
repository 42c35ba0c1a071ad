using System.Runtime.CompilerServices;

namespace Orleans.Kv.Client;

/// <content>Lists of keys.</content>
public sealed partial class KvClient
{
    /// <summary>The API host's bound on one page.</summary>
    public const int MaxPageSize = 1000;

    /// <summary>
    /// All keys with a prefix, in order, page by page as they are read. A key that exists all the while comes exactly once, one that does not exist all the while never.
    /// </summary>
    public async IAsyncEnumerable<string> ListAsync(
        string prefix = "", string? after = null, int pageSize = MaxPageSize, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        do
        {
            var page = await ListPageAsync(prefix, after, pageSize, cancellation);
            foreach (var key in page.Keys) yield return key;
            after = page.Next;
        }
        while (after is not null);
    }

    /// <summary>One page of the keys with a prefix. A page may have fewer than <paramref name="limit"/> keys, or none, and a <see cref="KvKeyPage.Next"/> all the same.</summary>
    public async Task<KvKeyPage> ListPageAsync(string prefix = "", string? after = null, int limit = MaxPageSize, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPageSize);
        var request = Read("/list", writer =>
        {
            if (prefix.Length > 0) writer.WriteString("prefix", prefix);
            if (after is not null) writer.WriteString("after", after);
            writer.WriteNumber("limit", limit);
        });
        var answer = await AskAsync(request, cancellation);
        return new KvKeyPage(answer.Keys ?? throw Wire.Answer.Incomplete("keys"), answer.Next, answer.Stale);
    }
}
