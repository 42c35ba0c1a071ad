namespace Orleans.Runtime;

/// <summary>
/// Values that travel with a call chain: set before a call, seen by its callee and by whatever that calls. They never travel back.
/// </summary>
public static class RequestContext
{
    private static readonly AsyncLocal<ContextProperties> Local = new();

    internal static Dictionary<string, object>? CallContextData => Local.Value.Values;

    public static IEnumerable<string> Keys => Local.Value.Values?.Keys ?? Enumerable.Empty<string>();

    public static IEnumerable<KeyValuePair<string, object>> Entries =>
        Local.Value.Values ?? Enumerable.Empty<KeyValuePair<string, object>>();

    /// <summary>Names the call chain whose calls may re-enter the grains that take part in it; empty for none.</summary>
    public static Guid ReentrancyId
    {
        get => Local.Value.ReentrancyId;
        set
        {
            var current = Local.Value;
            if (current.ReentrancyId != value)
            {
                Local.Value = current with { ReentrancyId = value };
            }
        }
    }

    public static object? Get(string key) => Local.Value.Values?.GetValueOrDefault(key);

    public static void Set(string key, object value)
    {
        // Copied on write: a call that is on its way keeps the values that it was sent with.
        var current = Local.Value;
        var values = current.Values is null ? [] : new Dictionary<string, object>(current.Values);
        values[key] = value;
        Local.Value = current with { Values = values };
    }

    public static bool Remove(string key)
    {
        var current = Local.Value;
        if (current.Values is null || !current.Values.ContainsKey(key))
        {
            return false;
        }

        var values = new Dictionary<string, object>(current.Values);
        values.Remove(key);
        Local.Value = current with { Values = values.Count == 0 ? null : values };
        return true;
    }

    public static void Clear() => Local.Value = default;

    /// <summary>Until disposed, calls made from here may come back to this grain while it waits for them.</summary>
    public static ReentrancySection AllowCallChainReentrancy()
    {
        var original = ReentrancyId;
        return new(original, original == Guid.Empty ? Guid.NewGuid() : original);
    }

    public static ReentrancySection SuppressCallChainReentrancy() => new(ReentrancyId, Guid.Empty);

    internal static (Dictionary<string, object>? Values, Guid ReentrancyId) Capture()
    {
        var current = Local.Value;
        return (current.Values, current.ReentrancyId);
    }

    internal static void Restore(Dictionary<string, object>? values, Guid reentrancyId)
    {
        // Reading costs little, writing copies the execution context: most calls carry nothing.
        var current = Local.Value;
        if (!ReferenceEquals(current.Values, values) || current.ReentrancyId != reentrancyId)
        {
            Local.Value = new(values, reentrancyId);
        }
    }

    public readonly struct ReentrancySection : IDisposable
    {
        private readonly Guid _original;
        private readonly Guid _current;

        public ReentrancySection(Guid originalReentrancyId, Guid newReentrancyId)
        {
            _original = originalReentrancyId;
            _current = newReentrancyId;
            if (originalReentrancyId != newReentrancyId)
            {
                ReentrancyId = newReentrancyId;
                if (newReentrancyId != Guid.Empty)
                {
                    (RuntimeContext.Current as IReentrantContext)?.EnterReentrantSection(newReentrancyId);
                }
            }
        }

        public void Dispose()
        {
            if (_original != _current)
            {
                ReentrancyId = _original;
                if (_current != Guid.Empty)
                {
                    (RuntimeContext.Current as IReentrantContext)?.LeaveReentrantSection(_current);
                }
            }
        }
    }

    private readonly record struct ContextProperties(Dictionary<string, object>? Values, Guid ReentrancyId);
}
