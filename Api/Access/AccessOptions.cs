using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Access;

/// <summary>Who may use an API host.</summary>
internal sealed class AccessOptions
{
    /// <summary>Tokens and their roles. Null: whoever reaches a port may do anything, which is why the host then keeps to loopback.</summary>
    public string? TokensFile { get; set; }

    /// <summary>Listen beyond loopback without tokens all the same: something else decides who reaches this host.</summary>
    public bool Insecure { get; set; }

    /// <summary>How often the file is looked at.</summary>
    public TimeSpan ReloadPeriod { get; set; } = TokenStore.DefaultReloadPeriod;
}
