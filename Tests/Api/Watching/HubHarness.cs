using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Watching;

namespace Orleans.Kv.Tests.Api.Watching;

/// <summary>A hub in front of silos that a test plays.</summary>
internal sealed class HubHarness : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public HubHarness(FakeStore store, Action<WatchOptions>? configure = null)
    {
        Store = store;
        configure?.Invoke(Options);
        Hub = new WatchHub(store, store, Options, TimeProvider.System, NullLogger<WatchHub>.Instance);
    }

    public FakeStore Store { get; }

    public WatchOptions Options { get; } = new();

    public WatchHub Hub { get; }

    public async Task<Follower> Watch(string? key = null, string? prefix = null, long? from = null)
    {
        var (watcher, problem) = await Hub.WatchAsync(new WatchQuery(key, prefix ?? "", from), CancellationToken.None).WaitAsync(Deadline);
        Assert.Null(problem);
        return new Follower(watcher!);
    }

    public async Task<Problem> Refused(string? key = null, string? prefix = null)
    {
        var (watcher, problem) = await Hub.WatchAsync(new WatchQuery(key, prefix ?? "", null), CancellationToken.None).WaitAsync(Deadline);
        Assert.Null(watcher);
        return problem!;
    }

    public ValueTask DisposeAsync() => Hub.DisposeAsync();

    /// <summary>One watcher, who takes events as they are asked for.</summary>
    internal sealed class Follower(Watcher watcher) : IDisposable
    {
        private readonly Queue<WatchEvent> _taken = new();

        public Watcher Watcher { get; } = watcher;

        public async Task<WatchEvent?> Next()
        {
            var batch = new List<WatchEvent>();
            if (_taken.Count == 0)
            {
                await Watcher.NextAsync(batch, CancellationToken.None).WaitAsync(Deadline);
                foreach (var next in batch) _taken.Enqueue(next);
            }

            return _taken.TryDequeue(out var first) ? first : null;
        }

        /// <summary>The next event as "kind key version", with "+n" where n were skipped.</summary>
        public async Task<string> Told() => Text(await Next());

        /// <summary>What is told up to the given version of the given key.</summary>
        public async Task<List<WatchEvent>> TakeUntil(string key, long version)
        {
            var taken = new List<WatchEvent>();
            do taken.Add(await Next() ?? throw new InvalidOperationException("the watcher was cut"));
            while (taken[^1].Key != key || taken[^1].Version < version);
            return taken;
        }

        public void Dispose() => Watcher.Dispose();

        private static string Text(WatchEvent? told) => told switch
        {
            null => "nothing",
            { Kind: WatchEventKind.Ready } => "ready",
            _ => string.Create(CultureInfo.InvariantCulture, $"{told.Kind} {told.Key} {told.Version}{(told.Skipped > 0 ? "+" : "")}{(told.Skipped > 0 ? told.Skipped.ToString(CultureInfo.InvariantCulture) : "")}").ToLowerInvariant(),
        };
    }
}
