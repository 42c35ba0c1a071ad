using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Orleans.Connections.Security;

/// <summary>Decides about the certificate that the other end of a connection shows.</summary>
public delegate bool RemoteCertificateValidator(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors policyErrors);
