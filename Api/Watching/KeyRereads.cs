namespace Orleans.Kv.Api.Watching;

/// <summary>Reads keys of which something may have been missed: so many at once, the others wait.</summary>
internal sealed class KeyRereads(IKeyReader reader, int atOnce, Action<Followed, KeyReading> done)
{
    private readonly Lock _lock = new();
    private readonly Queue<Followed> _waiting = new();
    private int _readers;

    /// <summary>Each key is here once at most: see <see cref="KeySequence.IsBeingRead"/>.</summary>
    public void Add(Followed followed)
    {
        lock (_lock)
        {
            _waiting.Enqueue(followed);
            if (_readers == atOnce) return;
            _readers++;
        }

        _ = Task.Run(ReadAsync);
    }

    private async Task ReadAsync()
    {
        while (Next() is { } followed) done(followed, await reader.Read(followed.Key).ConfigureAwait(false));
    }

    private Followed? Next()
    {
        lock (_lock)
        {
            if (_waiting.TryDequeue(out var followed)) return followed;
            _readers--;
            return null;
        }
    }
}
