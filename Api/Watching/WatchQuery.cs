using System.Globalization;
using System.Text;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Watching;

/// <summary>What a watcher asks for.</summary>
/// <param name="Key">The key; null where it is a prefix.</param>
/// <param name="Prefix">What the keys begin with; empty for all of them.</param>
/// <param name="From">The version of the key that the watcher knows already.</param>
internal readonly record struct WatchQuery(string? Key, string Prefix, long? From)
{
    /// <summary>Whether it asks for this key.</summary>
    public bool Includes(string key) => Key is { } own ? own == key : key.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Strict, as bodies are: who misspells a parameter must not watch something else.</summary>
    public static Problem? Read(IQueryCollection parameters, string? lastEventId, out WatchQuery query)
    {
        query = default;
        string? key = null, prefix = null;
        long? from = null;
        foreach (var (name, values) in parameters)
        {
            if (name is not ("key" or "prefix" or "from")) return Problem.BadField(ProblemCode.UnknownField, name, $"{name}: this request has no such parameter");
            if (values is not [{ } value]) return Problem.BadField(ProblemCode.DuplicateField, name, $"{name}: appears more than once");
            if (name == "from")
            {
                if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var version)) return Problem.BadField(ProblemCode.InvalidField, "from", "from: must be a version");
                from = version;
                continue;
            }

            if (Fault(name, value) is { } fault) return fault;
            if (name == "key") key = value;
            else prefix = value;
        }

        if (key is null && prefix is null) return Problem.BadField(ProblemCode.MissingField, "key", "key or prefix: one of them is required");
        if (key is not null && prefix is not null) return Problem.BadField(ProblemCode.InvalidField, "prefix", "prefix: cannot be given beside key");
        if (prefix is not null && from is not null) return Problem.BadField(ProblemCode.InvalidField, "from", "from: a version is that of one key, and a prefix has many");
        // What a client of server-sent events says by itself when it comes back: newer than what its address says.
        if (key is not null && long.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out var last)) from = last;
        query = new WatchQuery(key, prefix ?? "", from);
        return null;
    }

    private static Problem? Fault(string name, string value)
    {
        if (name == "key" && value.Length == 0) return Problem.BadField(ProblemCode.InvalidField, name, "key: must not be empty");
        // A byte that is no UTF-8 was replaced when the address was read: no key has that character by mistake, and some may have it in earnest, so only the length is looked at.
        return Encoding.UTF8.GetByteCount(value) > OperationLimits.MaxKeyBytes ? Problem.BadField(ProblemCode.InvalidField, name, $"{name}: must be at most {OperationLimits.MaxKeyBytes} bytes of UTF-8") : null;
    }
}
