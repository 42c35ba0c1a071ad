namespace Orleans.Kv.Api.Watching;

/// <summary>A key that somebody watches: its sequence, and who they are.</summary>
internal sealed class Followed(string key)
{
    public string Key { get; } = key;

    public KeySequence Sequence { get; } = new(key);

    public Watcher[] Watchers { get; set; } = [];

    /// <summary>The turn of the register that <see cref="Watchers"/> are from.</summary>
    public long Turn { get; set; }
}
