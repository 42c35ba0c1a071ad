using System.Net.Security;

namespace Orleans.Connections.Security;

/// <summary>What the accepting end of one connection is about to say.</summary>
public class TlsServerAuthenticationOptions
{
    internal SslServerAuthenticationOptions Value { get; } = new();

    public object SslServerAuthenticationOptions => Value;
}
