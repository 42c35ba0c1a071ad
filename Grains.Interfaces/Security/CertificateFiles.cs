using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Orleans.Kv.Interfaces.Security;

/// <summary>
/// A certificate and its key as PEM files, followed by those that lead to its authority, and read again when the files change: certificates are renewed while hosts run. New files that cannot be used change nothing, and are
/// logged.
/// </summary>
public sealed partial class CertificateFiles
{
    /// <summary>Between two looks at the files. A handshake reads them, so that nothing has to watch them; a storm of handshakes reads them once.</summary>
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    private readonly string _certificateFile;
    private readonly string _keyFile;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private byte[] _seen;
    private string? _lastFault;
    private long _lookedAt;
    private SslStreamCertificateContext _current;

    /// <exception cref="CertificateException">They cannot be used.</exception>
    public CertificateFiles(string certificateFile, string keyFile, TimeProvider time)
    {
        (_certificateFile, _keyFile, _time) = (certificateFile, keyFile, time);
        _current = Read(out _seen);
        _lookedAt = time.GetTimestamp();
    }

    /// <summary>Where it is said that new files cannot be used.</summary>
    public ILogger? Log { get; set; }

    /// <summary>What this host shows of itself, as the files have it now.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_gate)
            {
                if (_time.GetElapsedTime(_lookedAt) >= LookPeriod) Look();
                return _current;
            }
        }
    }

    public X509Certificate2 Certificate => Current.TargetCertificate;

    private void Look()
    {
        _lookedAt = _time.GetTimestamp();
        try
        {
            if (Hash().AsSpan().SequenceEqual(_seen)) return;
            _current = Read(out _seen);
            _lastFault = null;
            if (Log is { } log) LogRead(log, _certificateFile, _current.TargetCertificate.Subject, _current.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (Exception fault) when (fault is CertificateException or IOException or UnauthorizedAccessException)
        {
            // Once, and not with every handshake.
            if (fault.Message != _lastFault && Log is { } log) LogUnusable(log, fault.Message);
            _lastFault = fault.Message;
        }
    }

    private byte[] Hash() => SHA256.HashData([.. SHA256.HashData(File.ReadAllBytes(_certificateFile)), .. SHA256.HashData(File.ReadAllBytes(_keyFile))]);

    private SslStreamCertificateContext Read(out byte[] hash)
    {
        try
        {
            hash = Hash();
            using var pem = X509Certificate2.CreateFromPemFile(_certificateFile, _keyFile);
            var others = new X509Certificate2Collection();
            others.ImportFromPemFile(_certificateFile);
            // A key that came from PEM text is one of this moment; TLS wants one that some systems only take from such a file.
            var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
            // Offline: a handshake must not wait for somebody's server to send it a certificate.
            return SslStreamCertificateContext.Create(certificate, [.. others.Skip(1)], offline: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new CertificateException($"the certificate {_certificateFile} with the key {_keyFile} cannot be used: {fault.Message}", fault);
        }
    }

    [LoggerMessage(1931, LogLevel.Information, "{File} was read again: {Subject}, valid until {Until:O}", EventName = "CertificateRead")]
    private static partial void LogRead(ILogger logger, string file, string subject, DateTime until);

    [LoggerMessage(1932, LogLevel.Error, "The certificate that was read before goes on to be used: {Fault}", EventName = "CertificateUnusable")]
    private static partial void LogUnusable(ILogger logger, string fault);
}
