namespace Orleans.Kv.Silo.Isolation;

/// <summary>
/// Stands between a host and what it shares with the other silos: the membership table and the map's authority. Once it is up, the host changes nothing there, whatever of it is still
/// running, and finds everybody dead: so what it waits for from others ends, also where they cannot be reached. A fence stays up.
/// </summary>
internal sealed class HostFence
{
    private volatile bool _isUp;

    public bool IsUp => _isUp;

    public void Raise() => _isUp = true;
}
