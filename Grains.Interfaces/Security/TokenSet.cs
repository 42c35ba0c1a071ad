using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;

namespace Orleans.Kv.Interfaces.Security;

/// <summary>
/// The tokens of one file, as it was read. A line is <c>NAME ROLE sha256:SALT:HASH</c>, the salt and the SHA-256 of salt and token as hexadecimal digits; lines that begin with <c>#</c>, and empty ones, say nothing. A token
/// begins with its name and a dot, so that one hash tells whether it is right, however many there are.
/// </summary>
public sealed class TokenSet
{
    /// <summary>A name is in the log, in user names of FTP, and part of the token.</summary>
    public const int MaxNameLength = 64;

    /// <summary>More is a file that was meant for something else; each costs some hundred bytes.</summary>
    public const int MaxTokens = 10_000;

    /// <summary>As <see cref="MaxTokens"/> lines and as many comments have.</summary>
    public const int MaxFileBytes = 4 * 1024 * 1024;

    private const string Scheme = "sha256";

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    // Asked for where the name is not known, so that a wrong name takes as long as a wrong secret.
    private static readonly Token Nobody = new("", Role.Read, new byte[Token.SaltBytes], new byte[SHA256.HashSizeInBytes]);

    private readonly FrozenDictionary<string, Token> _tokens;

    private TokenSet(Dictionary<string, Token> tokens) => _tokens = tokens.ToFrozenDictionary(StringComparer.Ordinal);

    public int Count => _tokens.Count;

    /// <summary>The tokens in a file's text, or null and everything that is wrong with it.</summary>
    public static TokenSet? Read(string text, out IReadOnlyList<string> faults)
    {
        var tokens = new Dictionary<string, Token>(StringComparer.Ordinal);
        var found = new List<string>();
        var number = 0;
        foreach (var read in text.AsSpan().EnumerateLines())
        {
            number++;
            var line = read.Trim();
            if (line.IsEmpty || line[0] == '#') continue;
            var (token, fault) = ReadLine(line.ToString());
            if (token is not null && !tokens.TryAdd(token.Name, token)) fault = $"{token.Name} is there already";
            if (fault is not null) found.Add(string.Create(CultureInfo.InvariantCulture, $"line {number}: {fault}"));
        }

        if (tokens.Count == 0 && found.Count == 0) found.Add("it has no token; kv token create makes one");
        if (tokens.Count > MaxTokens) found.Add(string.Create(CultureInfo.InvariantCulture, $"it has more than {MaxTokens} tokens"));
        faults = found;
        return found.Count == 0 ? new TokenSet(tokens) : null;
    }

    /// <summary>Whose token that is, or null.</summary>
    public Token? Find(ReadOnlySpan<char> text)
    {
        var dot = text.IndexOf('.');
        var known = _tokens.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..Math.Max(dot, 0)], out var token);
        return (token ?? Nobody).IsText(text) && known ? token : null;
    }

    /// <summary>Whether who was let in by a token of an earlier file still is.</summary>
    public bool Holds(Token token) => _tokens.TryGetValue(token.Name, out var current) && token.IsSameAs(current);

    public static bool IsName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= MaxNameLength && !name.ContainsAnyExcept(NameCharacters);

    private static (Token? Token, string? Fault) ReadLine(string line)
    {
        if (line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is not [var name, var roleName, var verifier]) return (null, "a line is a name, a role and a hash");
        if (!IsName(name)) return (null, "a name is 1 to 64 letters, digits, '-' or '_'");
        var role = roleName switch { "read" => Role.Read, "write" => Role.Write, "admin" => Role.Admin, _ => default };
        if (role == default) return (null, $"{name} has the role {roleName}; there are read, write and admin");
        if (verifier.Split(':') is not [Scheme, { Length: 2 * Token.SaltBytes } salt, { Length: 2 * SHA256.HashSizeInBytes } hash]) return (null, $"the hash of {name} is not sha256:SALT:HASH; kv token create makes one");
        try
        {
            return (new Token(name, role, Convert.FromHexString(salt), Convert.FromHexString(hash)), null);
        }
        catch (FormatException)
        {
            return (null, $"the hash of {name} is not of hexadecimal digits");
        }
    }
}
