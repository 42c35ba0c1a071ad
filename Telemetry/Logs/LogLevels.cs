using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Orleans.Kv.Telemetry.Logs;

/// <summary>
/// What is logged, by category and least severe level, changeable while the process runs: every logger of every host that uses it follows at once. A category stands for all whose
/// names begin with it; the longest one that fits decides. Changes last until the process ends.
/// </summary>
public sealed class LogLevels : IConfigureOptions<LoggerFilterOptions>, IOptionsChangeTokenSource<LoggerFilterOptions>
{
    /// <summary>The name that stands for every category without a level of its own.</summary>
    public const string Default = "Default";

    /// <summary>Each costs a comparison for every logger that is made; nobody needs so many, and whoever may set them must not fill the memory with them.</summary>
    public const int MaxCategories = 64;

    /// <summary>Longer than the name of any class.</summary>
    public const int MaxCategoryLength = 256;

    private const string Initial = "initial";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LogLevel> _initial;
    private Dictionary<string, LogLevel> _levels;
    private ConfigurationReloadToken _changed = new();

    /// <param name="level">For whatever has none of its own.</param>
    /// <param name="categories">Levels of categories at the start.</param>
    public LogLevels(LogLevel level, params ReadOnlySpan<(string Category, LogLevel Level)> categories)
    {
        _initial = new Dictionary<string, LogLevel>(StringComparer.Ordinal) { [Default] = level };
        foreach (var (category, own) in categories) _initial[category] = own;
        _levels = new Dictionary<string, LogLevel>(_initial, StringComparer.Ordinal);
    }

    string? IOptionsChangeTokenSource<LoggerFilterOptions>.Name => Options.DefaultName;

    /// <summary>The levels in force, <see cref="Default"/> first and the others by name.</summary>
    public IReadOnlyList<KeyValuePair<string, LogLevel>> Current
    {
        get
        {
            lock (_gate) return [.. _levels.OrderBy(pair => pair.Key != Default).ThenBy(pair => pair.Key, StringComparer.Ordinal)];
        }
    }

    /// <summary>The names of levels, for people.</summary>
    public static string Known { get; } = $"one of {string.Join(", ", Enum.GetNames<LogLevel>())}, or \"{Initial}\" for what it was at the start";

    /// <summary>Reads a level's name, in any case, or the word for "as at the start", which is null.</summary>
    public static bool TryParse(string text, out LogLevel? level)
    {
        level = null;
        if (string.Equals(text, Initial, StringComparison.OrdinalIgnoreCase)) return true;
        // Names alone: the framework would take any number as well.
        if (!Enum.GetNames<LogLevel>().Contains(text, StringComparer.OrdinalIgnoreCase)) return false;
        level = Enum.Parse<LogLevel>(text, ignoreCase: true);
        return true;
    }

    /// <summary>Sets a category's level, or with null sets it back to what it was at the start.</summary>
    /// <returns>What is wrong with it, or null when it is in force.</returns>
    public string? Set(string category, LogLevel? level)
    {
        if (category.Length is 0 or > MaxCategoryLength || category.Any(char.IsControl)) return $"a category has 1 to {MaxCategoryLength} characters, none of them control characters";
        ConfigurationReloadToken changed;
        lock (_gate)
        {
            var next = new Dictionary<string, LogLevel>(_levels, StringComparer.Ordinal);
            if (level is { } wanted) next[category] = wanted;
            else if (_initial.TryGetValue(category, out var initial)) next[category] = initial;
            else next.Remove(category);
            if (next.Count > MaxCategories) return $"at most {MaxCategories} categories have a level of their own; set one back first";
            _levels = next;
            (changed, _changed) = (_changed, new ConfigurationReloadToken());
        }

        // Outside the lock: it calls whoever listens.
        changed.OnReload();
        return null;
    }

    public void Configure(LoggerFilterOptions options)
    {
        lock (_gate)
        {
            foreach (var (category, level) in _levels)
            {
                if (category == Default) options.MinLevel = level;
                else options.Rules.Add(new LoggerFilterRule(null, category, level, null));
            }
        }
    }

    IChangeToken IOptionsChangeTokenSource<LoggerFilterOptions>.GetChangeToken()
    {
        lock (_gate) return _changed;
    }
}
