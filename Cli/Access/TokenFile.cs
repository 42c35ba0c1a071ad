using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Orleans.Kv.Cli.Transfer;

namespace Orleans.Kv.Cli.Access;

/// <summary>
/// The file of tokens, a line for each: <c>NAME ROLE sha256:SALT:HASH</c>, the salt and the SHA-256 of salt and token in hexadecimal digits. Lines that are none of these, comments above all, stay as they are. The other half of this
/// is the API host's <c>TokenSet</c>; a test has one read what the other has written.
/// </summary>
internal sealed class TokenFile
{
    public const int MaxNameLength = 64;

    private const int SaltBytes = 16;

    // 256 bits: nobody guesses one, whatever is known of its hash.
    private const int SecretBytes = 32;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private readonly List<string> _lines;

    private TokenFile(string path, List<string> lines) => (Path, _lines) = (path, lines);

    public string Path { get; }

    public IEnumerable<(string Name, string Role)> Tokens => _lines.Select(Words).Where(static words => words.Length >= 2).Select(static words => (words[0], words[1]));

    /// <exception cref="CliException">It cannot be read.</exception>
    public static async Task<TokenFile> ReadAsync(string path, bool mayBeAbsent)
    {
        try
        {
            return new TokenFile(path, mayBeAbsent && !File.Exists(path) ? [] : [.. await File.ReadAllLinesAsync(path)]);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Unavailable, $"{path} cannot be read: {fault.Message}");
        }
    }

    public static bool IsName(ReadOnlySpan<char> name) => name.Length is > 0 and <= MaxNameLength && !name.ContainsAnyExcept(NameCharacters);

    public string? Find(string name) => _lines.Find(line => IsOf(line, name));

    /// <summary>Adds a token and returns its text.</summary>
    public string Add(string name, string role)
    {
        var token = $"{name}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}";
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = SHA256.HashData([.. salt, .. Encoding.ASCII.GetBytes(token)]);
        _lines.Add($"{name} {role} sha256:{Convert.ToHexStringLower(salt)}:{Convert.ToHexStringLower(hash)}");
        return token;
    }

    public bool Remove(string name) => _lines.RemoveAll(line => IsOf(line, name)) > 0;

    /// <exception cref="CliException">It cannot be written.</exception>
    public async Task WriteAsync()
    {
        // Hosts may read it at any moment: it is replaced as a whole. Whoever reads it learns who there is, which is nobody else's business.
        var mode = OperatingSystem.IsWindows() || !File.Exists(Path) ? UnixFileMode.UserRead | UnixFileMode.UserWrite : File.GetUnixFileMode(Path);
        await AtomicFile.WriteAsync(Path, async stream => await stream.WriteAsync(Encoding.UTF8.GetBytes(string.Join('\n', _lines) + "\n")), mode);
    }

    private static string[] Words(string line) => line.TrimStart().StartsWith('#') ? [] : line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static bool IsOf(string line, string name) => Words(line) is [var first, ..] && first == name;
}
