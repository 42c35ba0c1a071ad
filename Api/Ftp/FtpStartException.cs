namespace Orleans.Kv.Api.Ftp;

/// <summary>The FTP server's surroundings do not let it start; the message is a sentence for whoever started it.</summary>
internal sealed class FtpStartException(string message, Exception cause) : Exception(message, cause);
