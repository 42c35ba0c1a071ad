using Orleans.Kv.Client.Wire;

namespace Orleans.Kv.Client.Watching;

/// <summary>
/// What a watch has told its caller so far, by which connections become one sequence: what a new connection begins with is an event only where it is news.
/// </summary>
/// <remarks>
/// One entry per key that exists, and none for those that are gone: keys come and go for ever, and a new connection begins with those that exist. A key that is known here and not among those is one that was
/// deleted, or expired, while there was no connection.
/// </remarks>
internal sealed class WatchedState(string? key, long? from)
{
    // Version by key. Of a single watched key it is kept when the key is gone, to resume from.
    private readonly Dictionary<string, long> _known = key is not null && from is { } version ? new() { [key] = version } : [];
    private readonly HashSet<string> _told = [];
    // Whether the caller knows the beginning: what a connection begins with is a change from then on.
    private bool _hasBegun = from is not null;
    private bool _isAbsent;

    /// <summary>The version to resume from, of a single key.</summary>
    public long? From => key is not null && _known.TryGetValue(key, out var version) && version > 0 ? version : null;

    /// <summary>A connection begins.</summary>
    public void Begin() => _told.Clear();

    /// <summary>The events to tell.</summary>
    public IEnumerable<KvEvent> Take(Answer answer)
    {
        if (answer.Type == "ready") return Ready();
        var name = answer.Key ?? throw Answer.Incomplete("key");
        _told.Add(name);
        var news = answer.Type switch
        {
            "current" => Current(name, answer),
            "absent" => Absent(name, answer),
            "stored" => Change(KvEventType.Stored, name, answer),
            "deleted" => Change(KvEventType.Deleted, name, answer),
            "expired" => Change(KvEventType.Expired, name, answer),
            // Of a newer API host.
            _ => null,
        };
        return news is null ? [] : [news];
    }

    private KvEvent? Current(string name, Answer answer) =>
        _hasBegun || _known.ContainsKey(name) ? Change(KvEventType.Stored, name, answer) : Note(KvEventType.Current, name, answer);

    private KvEvent? Absent(string name, Answer answer)
    {
        if (!_hasBegun) return Note(KvEventType.Absent, name, answer);
        return _isAbsent && (answer.Version ?? 0) <= _known.GetValueOrDefault(name) ? null : Note(KvEventType.Deleted, name, answer);
    }

    private KvEvent? Change(KvEventType type, string name, Answer answer)
    {
        var known = _known.GetValueOrDefault(name);
        return answer.Version is { } version && version <= known ? null : Note(type, name, answer);
    }

    private KvEvent Note(KvEventType type, string name, Answer answer)
    {
        var isGone = type is KvEventType.Absent or KvEventType.Deleted or KvEventType.Expired;
        var known = _known.GetValueOrDefault(name);
        var version = answer.Version ?? 0;
        if (key is not null) (_isAbsent, _hasBegun) = (isGone, true);
        if (!isGone || key is not null) _known[name] = Math.Max(version, known);
        else _known.Remove(name);
        // The API host does not know what another connection has told; it names the gaps of its own.
        var skipped = answer.Skipped ?? (known > 0 && version > known ? version - known - 1 : 0);
        return new KvEvent(type, name)
        {
            Value = isGone ? null : answer.ToValue() ?? KvValue.Trusted("null"u8.ToArray()),
            Version = version,
            Modified = answer.Modified == default ? null : answer.Modified,
            Expires = answer.Expires,
            Skipped = skipped,
        };
    }

    private IEnumerable<KvEvent> Ready()
    {
        foreach (var gone in _known.Keys.Where(known => !_told.Contains(known)).Order(StringComparer.Ordinal).ToList())
        {
            _known.Remove(gone);
            yield return new KvEvent(KvEventType.Deleted, gone);
        }

        if (!_hasBegun) yield return new KvEvent(KvEventType.Ready, "");
        _hasBegun = true;
    }
}
