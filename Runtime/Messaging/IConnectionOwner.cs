namespace Orleans.Runtime.Messaging;

/// <summary>The host that a connection belongs to. Calls come from the connection's receive loop and must not block it.</summary>
internal interface IConnectionOwner
{
    /// <summary>What this side says of itself to <paramref name="connection"/>'s other end.</summary>
    Hello CreateHello(Connection connection);

    /// <summary>The reason to refuse this peer, or null.</summary>
    string? Check(Connection connection, Hello peer);

    void OnConnected(Connection connection);

    void OnRequest(Connection connection, in RequestFrame frame);

    void OnSystemRequest(Connection connection, long id, SystemOperation operation, ReadOnlySpan<byte> payload);

    /// <summary>The peer is about to go.</summary>
    void OnFarewell(Connection connection);

    void OnClosed(Connection connection, Exception reason);
}
