using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Ftp;

/// <summary>Who may log in, and with which certificate this server shows itself: read once, when it starts.</summary>
internal sealed class FtpAccess
{
    private readonly string? _user;
    private readonly byte[] _password;
    private readonly TokenStore? _tokens;

    private FtpAccess(string? user, byte[] password, TokenStore? tokens, X509Certificate2? certificate) =>
        (_user, _password, _tokens, Certificate) = (user, password, tokens, certificate);

    public X509Certificate2? Certificate { get; }

    public bool IsAnonymous => _user is null && _tokens is null;

    public static FtpAccess Read(FtpOptions options, TokenStore? tokens)
    {
        try
        {
            var password = options.PasswordFile is null ? "" : File.ReadLines(options.PasswordFile).FirstOrDefault("");
            if (options.PasswordFile is not null && password.Length == 0) throw new InvalidDataException($"{options.PasswordFile} has no password in its first line");
            return new FtpAccess(options.User, Hash(password), tokens, options.CertificateFile is null ? null : Load(options.CertificateFile));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException or CryptographicException)
        {
            throw new FtpStartException($"The API host cannot start: FTP's password or certificate cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Who that is, or null. Takes as long for a wrong user as for a wrong password, and as long for any of them.</summary>
    public FtpUser? Find(string user, string password)
    {
        if (IsAnonymous) return new FtpUser(Role.Write, null);
        if (_user is not null)
            return CryptographicOperations.FixedTimeEquals(Hash(user), Hash(_user)) & CryptographicOperations.FixedTimeEquals(Hash(password), _password) ? new FtpUser(Role.Write, null) : null;
        // A token is the password of the user that it names.
        return _tokens!.Current.Find(password) is { } token && token.Name == user ? new FtpUser(token.Role, token) : null;
    }

    /// <summary>Whether who has logged in may go on: the token may have been revoked meanwhile.</summary>
    public bool IsStillAllowed(FtpUser user) => user.Token is null || _tokens!.Current.Holds(user.Token);

    private static X509Certificate2 Load(string file)
    {
        if (!File.ReadAllText(file).Contains("-----BEGIN", StringComparison.Ordinal)) return X509CertificateLoader.LoadPkcs12FromFile(file, password: null);
        using var certificate = X509Certificate2.CreateFromPemFile(file);
        // A key that came from PEM text is one of this moment; TLS wants one that some systems only take from such a file.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
