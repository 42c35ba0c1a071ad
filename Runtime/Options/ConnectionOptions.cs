namespace Orleans.Configuration;

public class ConnectionOptions
{
    /// <summary>Pause before a connection that failed is tried again; calls in the meantime are refused at once.</summary>
    public TimeSpan ConnectionRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>For the connection and its handshake together.</summary>
    public TimeSpan OpenConnectionTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
