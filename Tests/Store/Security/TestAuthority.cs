using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Tests.Store.Security;

/// <summary>An authority of a test's own, and the files that hosts are given.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kv-test-").FullName;
    private readonly X509Certificate2 _certificate;
    private int _issued;

    public TestAuthority()
    {
        using var keys = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=authority {Guid.NewGuid():N}", keys, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
        File.WriteAllText(AuthorityFile, _certificate.ExportCertificatePem());
    }

    public string AuthorityFile => Path.Combine(_folder, "authority.pem");

    /// <summary>A host's files: signed by this authority, trusting <paramref name="trusted"/>, or this one.</summary>
    public ClusterTlsOptions Host(TimeSpan? age = null, TimeSpan? lifetime = null, TestAuthority? trusted = null)
    {
        var path = Path.Combine(_folder, $"host-{Interlocked.Increment(ref _issued)}");
        Write(path, age ?? TimeSpan.FromHours(1), lifetime ?? TimeSpan.FromDays(1));
        return new ClusterTlsOptions { Certificate = path + ".pem", Key = path + ".key", Authority = (trusted ?? this).AuthorityFile };
    }

    /// <summary>Puts a new certificate and key into a host's files.</summary>
    public void Renew(ClusterTlsOptions host) => Write(host.Certificate![..^4], TimeSpan.FromHours(1), TimeSpan.FromDays(1));

    public static X509Certificate2 Load(ClusterTlsOptions host)
    {
        using var pem = X509Certificate2.CreateFromPemFile(host.Certificate!, host.Key!);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    public void Dispose()
    {
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Write(string path, TimeSpan age, TimeSpan lifetime)
    {
        using var keys = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=host", keys, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var start = DateTimeOffset.UtcNow - age;
        using var certificate = request.Create(_certificate, start, start + lifetime, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(path + ".key", keys.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(path + ".pem", certificate.ExportCertificatePem());
    }
}
