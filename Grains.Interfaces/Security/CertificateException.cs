namespace Orleans.Kv.Interfaces.Security;

/// <summary>A certificate, its key or its authority cannot be used; the message says which file, and why.</summary>
public sealed class CertificateException(string message, Exception? inner = null) : Exception(message, inner);
