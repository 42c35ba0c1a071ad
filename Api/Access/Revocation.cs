namespace Orleans.Kv.Api.Access;

/// <summary>
/// Ends what lasts longer than a request when its token holds no longer, or not for as much any more: who was shut out must not go on hearing.
/// </summary>
internal sealed class Revocation : IDisposable
{
    private readonly Bearer? _bearer;
    private readonly CancellationTokenSource _source;
    private readonly Lock _gate = new();
    private CancellationTokenRegistration _registration;
    private bool _isDisposed;

    /// <param name="bearer">Who asked; null where the host has no tokens.</param>
    /// <param name="end">What ends it besides.</param>
    public Revocation(Bearer? bearer, CancellationToken end)
    {
        _bearer = bearer;
        _source = CancellationTokenSource.CreateLinkedTokenSource(end);
        if (bearer is not null) Listen(bearer.Changed);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Whether it was the token that ended it.</summary>
    public bool IsRevoked { get; private set; }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            // Not waited for: it may be waiting for the lock.
            _registration.Unregister();
        }

        _source.Dispose();
    }

    private void Listen(CancellationToken changed)
    {
        lock (_gate)
        {
            if (!_isDisposed) _registration = changed.UnsafeRegister(static state => ((Revocation)state!).OnChanged(), this);
        }
    }

    private void OnChanged()
    {
        // Before the look at what holds now, so that no change is missed between the two.
        var changed = _bearer!.Tokens.Changed;
        if (_bearer.Tokens.Current.Holds(_bearer.Token))
        {
            Listen(changed);
            return;
        }

        IsRevoked = true;
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It had just ended by itself.
        }
    }
}
