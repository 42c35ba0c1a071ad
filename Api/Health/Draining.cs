namespace Orleans.Kv.Api.Health;

/// <summary>Whether this host is on its way out: it still serves what it is asked, and says that it is not ready, so that it will not be asked any more.</summary>
internal sealed class Draining
{
    private volatile bool _isOn;

    public bool IsOn => _isOn;

    public void Begin() => _isOn = true;
}
