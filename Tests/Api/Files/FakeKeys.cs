using System.Text;
using Orleans.Kv.Api.Files;

namespace Orleans.Kv.Tests.Api.Files;

/// <summary>A store in memory, whose owner can be made to die before any of its writes: all later calls of that owner fail, as those of a dead process never come.</summary>
internal sealed class FakeKeys : IFileKeys
{
    private readonly Shared _shared;

    public FakeKeys()
        : this(new Shared())
    {
    }

    private FakeKeys(Shared shared) => _shared = shared;

    /// <summary>How many writes are left until the process dies; null for an immortal one.</summary>
    public int? WritesToLive { get; set; }

    public int Writes { get; private set; }

    public int Pages { get; private set; }

    /// <summary>Called before each write, with its key.</summary>
    public Func<string, Task> BeforeWrite { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_shared) return [.. _shared.Values.Keys];
        }
    }

    /// <summary>The same store as another process sees it.</summary>
    public FakeKeys Other() => new(_shared);

    public Task<StoredValue?> FetchAsync(string key, CancellationToken cancellation)
    {
        if (WritesToLive == 0) throw Died();
        lock (_shared) return Task.FromResult<StoredValue?>(_shared.Values.TryGetValue(key, out var value) ? value : null);
    }

    public async Task StoreAsync(string key, byte[] octets, CancellationToken cancellation)
    {
        await WriteAsync(key);
        lock (_shared) _shared.Put(key, octets);
    }

    public async Task<long?> TestAndSetAsync(string key, byte[]? expect, byte[] value, CancellationToken cancellation)
    {
        await WriteAsync(key);
        lock (_shared)
        {
            var isExpected = _shared.Values.TryGetValue(key, out var there) ? expect is not null && there.Value.AsSpan().SequenceEqual(expect) : expect is null;
            return isExpected ? _shared.Put(key, value) : null;
        }
    }

    public async Task<bool> DeleteAsync(string key, long? version, CancellationToken cancellation)
    {
        await WriteAsync(key);
        lock (_shared)
        {
            if (!_shared.Values.TryGetValue(key, out var there) || (version is not null && version != there.Version)) return false;
            return _shared.Values.Remove(key);
        }
    }

    public Task<KeysPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        if (WritesToLive == 0) throw Died();
        Pages++;
        lock (_shared)
        {
            var rest = _shared.Values.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && (after is null || Utf8Order.Instance.Compare(key, after) > 0)).Take(limit + 1).ToList();
            // As of the store: a page may be short although more follow.
            return Task.FromResult(rest.Count > limit ? new KeysPage(rest[..limit], rest[limit - 1]) : new KeysPage(rest, null));
        }
    }

    private async Task WriteAsync(string key)
    {
        await Task.Yield();
        await BeforeWrite(key);
        lock (_shared)
        {
            if (WritesToLive == 0) throw Died();
            if (WritesToLive is > 0) WritesToLive--;
            Writes++;
        }
    }

    private static FileException Died() => new(FileFault.Unavailable, "this process is dead");

    private sealed class Shared
    {
        private long _version;

        public SortedDictionary<string, StoredValue> Values { get; } = new(Utf8Order.Instance);

        public long Put(string key, byte[] value)
        {
            Values[key] = new StoredValue(value, ++_version);
            return _version;
        }
    }

    private sealed class Utf8Order : IComparer<string>
    {
        public static Utf8Order Instance { get; } = new();

        public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y!));
    }
}
