using System.Net.Security;

namespace Orleans.Connections.Security;

/// <summary>What the connecting end of one connection is about to say.</summary>
public class TlsClientAuthenticationOptions
{
    internal SslClientAuthenticationOptions Value { get; } = new();

    /// <summary>The name that the other end is asked for.</summary>
    public string? TargetHost
    {
        get => Value.TargetHost;
        set => Value.TargetHost = value;
    }

    public object SslClientAuthenticationOptions => Value;
}
