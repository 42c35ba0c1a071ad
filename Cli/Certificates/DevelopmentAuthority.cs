using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Orleans.Kv.Cli.Transfer;

namespace Orleans.Kv.Cli.Certificates;

/// <summary>
/// A certificate authority in a folder: <c>authority.pem</c> and its key, and for each host <c>NAME.pem</c> and <c>NAME.key</c>. For development and for a start: who holds the authority's key may let anybody into the cluster, and
/// here it lies beside the certificates. Where that matters, another tool signs, or <c>authority.key</c> is kept elsewhere.
/// </summary>
internal sealed class DevelopmentAuthority
{
    // Clocks differ: who is a little behind must not take a new certificate for one of tomorrow.
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder;
    private readonly X509Certificate2 _certificate;

    private DevelopmentAuthority(string folder, X509Certificate2 certificate, bool isNew) => (_folder, _certificate, IsNew) = (folder, certificate, isNew);

    /// <summary>Whether it was made just now.</summary>
    public bool IsNew { get; }

    /// <summary>The authority of the folder, which is made where there is none.</summary>
    /// <exception cref="CliException">It cannot be used, or written.</exception>
    public static async Task<DevelopmentAuthority> OpenAsync(string folder, TimeProvider time)
    {
        var (pem, key) = (Path.Combine(folder, "authority.pem"), Path.Combine(folder, "authority.key"));
        try
        {
            Directory.CreateDirectory(folder);
            if (File.Exists(pem)) return new DevelopmentAuthority(folder, X509Certificate2.CreateFromPemFile(pem, key), isNew: false);
            using var keys = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var now = time.GetUtcNow();
            var request = new CertificateRequest(string.Create(CultureInfo.InvariantCulture, $"CN=Orleans.Kv cluster {now:yyyy-MM-dd HH:mm:ss}"), keys, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
            var certificate = request.CreateSelfSigned(now - Before, now + AuthorityLifetime);
            await WriteAsync(key, keys.ExportPkcs8PrivateKeyPem(), Private);
            await WriteAsync(pem, certificate.ExportCertificatePem(), mode: null);
            return new DevelopmentAuthority(folder, certificate, isNew: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CliException(ExitCodes.Unavailable, $"the authority in {folder} cannot be used: {fault.Message}");
        }
    }

    /// <summary>Writes a host's certificate, for both ends of connections, and its key, both anew.</summary>
    /// <exception cref="CliException">They cannot be written.</exception>
    public async Task IssueAsync(string host, IEnumerable<string> otherNames, TimeSpan lifetime, TimeProvider time)
    {
        using var keys = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", keys, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerUse, ClientUse], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(Names([host, "localhost", "127.0.0.1", "::1", .. otherNames]));
        var now = time.GetUtcNow();
        var end = now + lifetime;
        // Nothing outlives who has signed it.
        if (end > _certificate.NotAfter) end = _certificate.NotAfter;
        using var certificate = request.Create(_certificate, now - Before < _certificate.NotBefore ? _certificate.NotBefore : now - Before, end, SerialNumber());
        // The key first: who reads both in between finds two that do not belong together, and keeps what it had.
        await WriteAsync(Path.Combine(_folder, host + ".key"), keys.ExportPkcs8PrivateKeyPem(), Private);
        await WriteAsync(Path.Combine(_folder, host + ".pem"), certificate.ExportCertificatePem(), mode: null);
    }

    public static bool IsName(string name) => name.Length is > 0 and <= 64 && name != "authority" && name[0] != '.' && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');

    private static X509Extension Names(IEnumerable<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(name, out var address)) builder.AddIpAddress(address);
            else builder.AddDnsName(name);
        }

        return builder.Build();
    }

    // RFC 5280: positive, and of at most 20 bytes.
    private static byte[] SerialNumber()
    {
        var number = RandomNumberGenerator.GetBytes(16);
        number[0] = (byte)(number[0] & 0x7F | 0x40);
        return number;
    }

    private static Task WriteAsync(string path, string pem, UnixFileMode? mode) =>
        AtomicFile.WriteAsync(path, async stream => await stream.WriteAsync(Encoding.ASCII.GetBytes(pem + "\n")), mode);
}
