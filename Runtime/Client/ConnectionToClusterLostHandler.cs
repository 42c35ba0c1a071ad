namespace Orleans;

/// <summary>Called when a client has lost its last gateway.</summary>
public delegate void ConnectionToClusterLostHandler(object? sender, EventArgs e);
