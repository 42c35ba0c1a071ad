namespace Orleans.Kv.Interfaces.Security;

/// <summary>Tokens in the header <c>Authorization</c>, and what is said to who has none that is good enough (RFC 6750): the same by every host that asks for them.</summary>
public static class BearerScheme
{
    /// <summary>To who shows no token.</summary>
    public const string Challenge = "Bearer realm=\"orleans-kv\"";

    /// <summary>To who shows one that is unknown.</summary>
    public const string InvalidToken = Challenge + ", error=\"invalid_token\"";

    private const string Scheme = "Bearer ";

    /// <summary>The token in a header's value; false where it is of another scheme.</summary>
    public static bool TryRead(string header, out ReadOnlySpan<char> token)
    {
        ArgumentNullException.ThrowIfNull(header);
        var isBearer = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);
        token = isBearer ? header.AsSpan(Scheme.Length).Trim() : default;
        return isBearer;
    }

    /// <summary>To who shows one that is good, and not for this.</summary>
    public static string InsufficientScope(Role needed) => $"{Challenge}, error=\"insufficient_scope\", scope=\"{RoleNames.NameOf(needed)}\"";

    /// <summary>The same in a sentence.</summary>
    public static string Insufficient(Token token, Role needed)
    {
        ArgumentNullException.ThrowIfNull(token);
        return $"this needs the role {RoleNames.NameOf(needed)}, and the token {token.Name} has {RoleNames.NameOf(token.Role)}";
    }
}
