using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Watching;
using Orleans.Kv.Interfaces.Changes;

namespace Orleans.Kv.Tests.Api.Watching;

/// <summary>Silos in memory, each with a feed, and what they hold together. A test makes the changes, and chooses which silo tells of them and which stays silent.</summary>
internal sealed class FakeStore : IChangeFeeds, IKeyReader
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Silo> _silos = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, WatchEvent> _states = new(StringComparer.Ordinal);

    public FakeStore(params string[] silos)
    {
        foreach (var silo in silos) _silos.Add(silo, new Silo());
    }

    /// <summary>What every read answers instead of what is there, while it is not null.</summary>
    public Problem? ReadProblem { get; set; }

    /// <summary>Reads wait for it.</summary>
    public Task ReadGate { get; set; } = Task.CompletedTask;

    public int Reads { get; private set; }

    /// <summary>Whether a silo goes by a filter that asks for the key.</summary>
    public bool IsFollowed(string silo, string key)
    {
        lock (_lock) return _silos[silo].Asks(key);
    }

    /// <summary>Commits the key's next version, of which the silo tells unless it is null.</summary>
    public long Commit(string key, ChangeKind kind = ChangeKind.Stored, string? by = "a", params string[] hinting)
    {
        lock (_lock)
        {
            var previous = _states.GetValueOrDefault(key)?.Version ?? 0;
            var value = kind == ChangeKind.Stored ? System.Text.Encoding.UTF8.GetBytes($"{previous + 1}") : null;
            var kindThere = kind switch
            {
                ChangeKind.Stored => WatchEventKind.Stored,
                ChangeKind.Deleted => WatchEventKind.Deleted,
                _ => WatchEventKind.Expired,
            };
            _states[key] = new WatchEvent(kindThere, key, previous + 1) { Value = value };
            if (by is not null) _silos[by].Tell(new ChangeEntry { Key = key, Version = previous + 1, Kind = kind, Value = value, Previous = previous });
            foreach (var silo in hinting) _silos[silo].Tell(Hint(key, previous + 1));
            return previous + 1;
        }
    }

    /// <summary>A silo tells of a version of its own choice.</summary>
    public void Tell(string silo, ChangeEntry entry)
    {
        lock (_lock) _silos[silo].Tell(entry);
    }

    public static ChangeEntry Hint(string key, long version) => new() { Key = key, Version = version, Kind = ChangeKind.Hint };

    /// <summary>From now on the silo answers nothing, until it is restarted.</summary>
    public void Break(string silo)
    {
        lock (_lock) _silos[silo].IsBroken = true;
    }

    /// <summary>The silo answers again, and has forgotten whatever it had to tell.</summary>
    public void Restart(string silo)
    {
        lock (_lock) _silos[silo] = new Silo();
    }

    public void Remove(string silo)
    {
        lock (_lock) _silos.Remove(silo);
    }

    /// <summary>The silo has dropped what it had to tell, and says so.</summary>
    public void Overflow(string silo)
    {
        lock (_lock) _silos[silo].Overflow();
    }

    public IReadOnlyCollection<string>? Silos()
    {
        lock (_lock) return [.. _silos.Keys];
    }

    public Task<FollowReply> Follow(string silo, FollowRequest request, int way)
    {
        lock (_lock)
        {
            if (!_silos.TryGetValue(silo, out var asked) || asked.IsBroken) throw new TimeoutException("the silo does not answer");
            asked.Filter = request;
            return Task.FromResult(new FollowReply { Status = FollowStatus.InForce, Incarnation = asked.Incarnation, Filter = request.Filter });
        }
    }

    public async Task<ChangeBatch> Poll(string silo, PollRequest request, int way)
    {
        var waited = TimeProvider.System.GetTimestamp();
        while (true)
        {
            lock (_lock)
            {
                if (!_silos.TryGetValue(silo, out var asked) || asked.IsBroken) throw new TimeoutException("the silo does not answer");
                if (asked.Answer(request) is { } batch) return batch;
                if (TimeProvider.System.GetElapsedTime(waited) > ChangeLimits.PollPatience) return new ChangeBatch { Status = ChangeStatus.Ok, Incarnation = asked.Incarnation, Last = request.After };
            }

            await Task.Delay(2);
        }
    }

    public async Task<KeyReading> Read(string key)
    {
        await ReadGate;
        lock (_lock)
        {
            Reads++;
            return ReadProblem is { } problem ? new KeyReading(null, problem) : new KeyReading(_states.GetValueOrDefault(key), null);
        }
    }

    public Task<KeyNames> List(string prefix, string? after)
    {
        lock (_lock)
        {
            if (ReadProblem is { } problem) return Task.FromResult(new KeyNames([], null, problem));
            var keys = _states.Values.Where(state => state.Kind == WatchEventKind.Stored && state.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(state.Key, after) > 0)
                .Select(state => state.Key).Take(3).ToList();
            return Task.FromResult(new KeyNames(keys, keys.Count == 3 ? keys[^1] : null, null));
        }
    }

    private sealed class Silo
    {
        private readonly List<ChangeEntry> _entries = [];
        private long _first = 1;
        private bool _overflowed;

        public Guid Incarnation { get; } = Guid.NewGuid();

        public FollowRequest? Filter { get; set; }

        public bool IsBroken { get; set; }

        public bool Asks(string key) => Filter is { } filter && (filter.Keys.Contains(key) || Array.Exists(filter.Prefixes, prefix => key.StartsWith(prefix, StringComparison.Ordinal)));

        public void Tell(ChangeEntry entry)
        {
            if (Asks(entry.Key)) _entries.Add(entry);
        }

        public void Overflow()
        {
            _first += _entries.Count;
            _entries.Clear();
            _overflowed = true;
        }

        public ChangeBatch? Answer(PollRequest request)
        {
            if (Filter is null || request.Incarnation != Incarnation) return new ChangeBatch { Status = ChangeStatus.Unknown };
            while (_first <= request.After && _entries.Count > 0)
            {
                _entries.RemoveAt(0);
                _first++;
            }

            if (_overflowed)
            {
                _overflowed = false;
                return new ChangeBatch { Status = ChangeStatus.Lost, Incarnation = Incarnation, Last = _first - 1 };
            }

            return _entries.Count == 0 ? null : new ChangeBatch { Status = ChangeStatus.Ok, Incarnation = Incarnation, Last = _first + _entries.Count - 1, Entries = [.. _entries] };
        }
    }
}
