namespace Orleans.Connections.Security;

/// <summary>Whether the other end of a connection shows a certificate.</summary>
public enum RemoteCertificateMode
{
    NoCertificate,
    AllowCertificate,
    RequireCertificate,
}
