namespace Orleans.Kv.Api.Routing;

/// <summary>Knows since when the Orleans client has been without any gateway. Only a hint: the engine tells of its gateways from another thread, a little later.</summary>
internal sealed class GatewayWatch(TimeProvider time)
{
    private long _lostAt;

    /// <summary>How long there has been no gateway, in milliseconds; null while there is one.</summary>
    public long? LostFor => Volatile.Read(ref _lostAt) is var lostAt && lostAt > 0 ? Milliseconds.Now(time) - lostAt : null;

    public void OnCountChanged(object? sender, GatewayCountChangedEventArgs change) =>
        Volatile.Write(ref _lostAt, change.NumberOfConnectedGateways > 0 ? 0 : Milliseconds.Now(time));
}
