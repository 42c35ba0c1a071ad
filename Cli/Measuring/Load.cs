using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Measuring;

/// <summary>A simple load: so many users, each with one request under way, who fetch and store keys of one prefix by chance.</summary>
internal sealed class Load(KvClient client, LoadOptions options)
{
    /// <summary>Nobody else's keys begin with this.</summary>
    private readonly string _prefix = $"kv-bench/{Guid.NewGuid():N}/";

    private readonly KvValue _value = KvValue.FromText(new string('x', options.ValueBytes));

    /// <summary>Stores every key once, so that fetches find something.</summary>
    public Task FillAsync(CancellationToken cancellation) => EachBatchAsync((batch, key) => batch.Store(key, _value), cancellation);

    public Task DeleteAsync(CancellationToken cancellation) => EachBatchAsync(static (batch, key) => batch.Delete(key), cancellation);

    public async Task<LoadResult> RunAsync(Action<LoadResult> progress, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var started = TimeProvider.System.GetTimestamp();
        var users = Enumerable.Range(0, options.Users).Select(_ => new User()).ToArray();
        var running = Task.WhenAll(users.Select((user, number) => Task.Run(() => UseAsync(user, new Random(number), started, end.Token), CancellationToken.None)));
        while (await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(500), cancellation)) != running) progress(Sum(users, TimeProvider.System.GetElapsedTime(started)));
        await running;
        return Sum(users, TimeProvider.System.GetElapsedTime(started));
    }

    private static LoadResult Sum(User[] users, TimeSpan elapsed)
    {
        var latencies = new Latencies();
        var failures = new Dictionary<string, long>();
        foreach (var user in users)
        {
            lock (user)
            {
                latencies.Add(user.Latencies);
                foreach (var (code, count) in user.Failures) failures[code] = failures.GetValueOrDefault(code) + count;
            }
        }

        return new LoadResult(latencies, failures, elapsed);
    }

    private async Task UseAsync(User user, Random random, long started, CancellationToken cancellation)
    {
        while (TimeProvider.System.GetElapsedTime(started) < options.Duration && !cancellation.IsCancellationRequested)
        {
            var key = Key(random.Next(options.Keys));
            var isRead = random.NextDouble() < options.Reads;
            var sent = TimeProvider.System.GetTimestamp();
            string? failure = null;
            try
            {
                if (isRead) await client.FetchAsync(key, cancellation: cancellation);
                else await client.StoreAsync(key, _value, cancellation: cancellation);
            }
            catch (KvException exception)
            {
                failure = exception.Code;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }

            lock (user)
            {
                if (failure is null) user.Latencies.Add(TimeProvider.System.GetElapsedTime(sent));
                else user.Failures[failure] = user.Failures.GetValueOrDefault(failure) + 1;
            }
        }
    }

    private async Task EachBatchAsync(Action<KvBatch, string> add, CancellationToken cancellation)
    {
        foreach (var some in Enumerable.Range(0, options.Keys).Chunk(KvBatch.MaxOperations))
        {
            var batch = new KvBatch();
            foreach (var number in some) add(batch, Key(number));
            foreach (var result in await client.ExecuteAsync(batch, cancellation))
            {
                if (result.Error is not null) throw result.Error;
            }
        }
    }

    private string Key(int number) => $"{_prefix}{number}";

    private sealed class User
    {
        public Latencies Latencies { get; } = new();

        public Dictionary<string, long> Failures { get; } = [];
    }
}
