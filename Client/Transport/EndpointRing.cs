namespace Orleans.Kv.Client.Transport;

/// <summary>Whom to ask: one endpoint until it fails, then the next. All calls of a client share it, so that one call's bad experience is every call's.</summary>
internal sealed class EndpointRing(IReadOnlyList<Uri> endpoints)
{
    private int _current;

    public int Count => endpoints.Count;

    public Uri Current => endpoints[Volatile.Read(ref _current)];

    /// <summary>Goes on to the next one, unless another call has done so already.</summary>
    public void Leave(Uri failed)
    {
        var current = Volatile.Read(ref _current);
        if (endpoints[current] == failed) Interlocked.CompareExchange(ref _current, (current + 1) % endpoints.Count, current);
    }
}
