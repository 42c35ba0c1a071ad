using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Orleans.Connections.Security;

namespace Orleans.Kv.Interfaces.Security;

/// <summary>
/// Mutual TLS between the hosts of a cluster. Whoever speaks to a silo as a silo can change any key and vote others dead, and whoever speaks to one as a client skips tokens: so each end of every
/// connection shows a certificate, and is a member of the cluster if the cluster's own authority has signed it and it is not out of date.
/// <para>
/// <b>The authority is the cluster's alone</b>, and its signature is what is checked: not the system's authorities, which would let in anybody with a certificate of a public one, and not names, since hosts know each other by
/// addresses that membership tells them, and those change. Who may sign may join; so the authority's key is kept elsewhere than on the hosts.
/// </para>
/// <para>The files are read again when they change. Connections that are there stay; a new certificate counts from the next handshake on.</para>
/// </summary>
public sealed partial class ClusterTls
{
    /// <summary>The name that hosts ask each other for. It is not looked at: see above.</summary>
    private const string Name = "orleans-kv";

    private readonly CertificateFiles _files;
    private readonly string _authorityFile;
    private readonly TimeProvider _time;
    private volatile X509Certificate2Collection _authority;
    private ILogger? _log;

    /// <exception cref="CertificateException">The files cannot be used, or this host could not even prove itself to itself.</exception>
    public ClusterTls(ClusterTlsOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _time = time;
        _files = new CertificateFiles(options.Certificate!, options.Key!, time);
        _authorityFile = options.Authority!;
        _authority = ReadAuthority();
        if (FaultOf(_files.Certificate, null) is { } fault) throw new CertificateException($"the certificate {options.Certificate} does not prove that this host belongs to the cluster of {options.Authority}: {fault}");
    }

    /// <summary>Where refusals are told, with their reasons.</summary>
    public void LogTo(ILoggerFactory loggers) => _files.Log = _log = loggers.CreateLogger<ClusterTls>();

    /// <summary>Says the same to either engine, for silos and clients.</summary>
    public void Configure(TlsOptions tls)
    {
        ArgumentNullException.ThrowIfNull(tls);
        tls.LocalCertificate = _files.Certificate;
        tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.RemoteCertificateValidation = (certificate, chain, _) => IsMember(certificate, chain);
        tls.OnAuthenticateAsServer = (_, server) =>
        {
            var ssl = (SslServerAuthenticationOptions)server.SslServerAuthenticationOptions;
            // One that was fixed when the host started, or is asked for by a callback, would come before this one.
            (ssl.ServerCertificate, ssl.ServerCertificateSelectionCallback) = (null, null);
            ssl.ServerCertificateContext = _files.Current;
            // A session that is taken up again has not shown its certificate to the authority of today.
            ssl.AllowTlsResume = false;
        };
        tls.OnAuthenticateAsClient = (_, client) =>
        {
            client.TargetHost = Name;
            var ssl = (SslClientAuthenticationOptions)client.SslClientAuthenticationOptions;
            (ssl.ClientCertificates, ssl.LocalCertificateSelectionCallback) = (null, null);
            ssl.ClientCertificateContext = _files.Current;
            ssl.AllowTlsResume = false;
        };
    }

    /// <summary>Whether that certificate makes a host a member of the cluster.</summary>
    public bool IsMember(X509Certificate2 certificate, X509Chain? shown)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (FaultOf(certificate, shown) is not { } fault) return true;
        if (_log is { } log) LogRefused(log, certificate.Subject, certificate.Issuer, fault);
        return false;
    }

    private string? FaultOf(X509Certificate2 certificate, X509Chain? shown)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(CurrentAuthority());
        // An authority of the cluster's own says nowhere what it has revoked: a certificate is of weeks, and a stolen one is a reason for another authority.
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        policy.VerificationTimeIgnored = false;
        if (shown is not null)
        {
            policy.ExtraStore.AddRange(shown.ChainPolicy.ExtraStore);
            foreach (var element in shown.ChainElements) policy.ExtraStore.Add(element.Certificate);
        }

        if (chain.Build(certificate)) return null;
        return string.Join("; ", chain.ChainStatus.Select(static status => status.Status switch
        {
            X509ChainStatusFlags.NotTimeValid => "it is expired, or not valid yet",
            X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain => "another authority has signed it",
            _ => status.StatusInformation.Trim(),
        }).Distinct());
    }

    private X509Certificate2Collection CurrentAuthority()
    {
        try
        {
            return _authority = ReadAuthority();
        }
        catch (CertificateException fault)
        {
            if (_log is { } log) LogAuthority(log, fault.Message);
            return _authority;
        }
    }

    // A small file, once for each handshake: an authority that was added counts at once, and nothing has to watch for it.
    private X509Certificate2Collection ReadAuthority()
    {
        try
        {
            var authority = new X509Certificate2Collection();
            authority.ImportFromPemFile(_authorityFile);
            return authority.Count > 0 ? authority : throw new CertificateException($"the authority {_authorityFile} holds no certificate");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CertificateException($"the authority {_authorityFile} cannot be read: {fault.Message}", fault);
        }
    }

    [LoggerMessage(1933, LogLevel.Warning, "Refused the certificate {Subject} of {Issuer}: {Fault}", EventName = "CertificateRefused")]
    private static partial void LogRefused(ILogger logger, string subject, string issuer, string fault);

    [LoggerMessage(1934, LogLevel.Error, "The authority that was read before goes on to count: {Fault}", EventName = "AuthorityUnusable")]
    private static partial void LogAuthority(ILogger logger, string fault);
}
