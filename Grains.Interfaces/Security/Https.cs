using System.Security.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orleans.Kv.Interfaces.Security;

/// <summary>HTTPS with a certificate that may be renewed while the host runs.</summary>
public static class Https
{
    /// <exception cref="CertificateException">The certificate cannot be used.</exception>
    public static void Use(IWebHostBuilder builder, string certificate, string key)
    {
        var files = new CertificateFiles(certificate, key, TimeProvider.System);
        builder.UseKestrelHttpsConfiguration();
        builder.ConfigureKestrel(kestrel =>
        {
            files.Log = kestrel.ApplicationServices.GetRequiredService<ILogger<CertificateFiles>>();
            kestrel.ConfigureHttpsDefaults(https =>
            {
                https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                https.ServerCertificate = files.Certificate;
                // With each handshake, and with the certificates that lead to its authority.
                https.OnAuthenticate = (_, tls) =>
                {
                    (tls.ServerCertificate, tls.ServerCertificateSelectionCallback) = (null, null);
                    tls.ServerCertificateContext = files.Current;
                };
            });
        });
    }
}
