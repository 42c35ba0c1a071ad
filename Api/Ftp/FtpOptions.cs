using System.Net;

namespace Orleans.Kv.Api.Ftp;

/// <summary>What the FTP server is told, and its bounds.</summary>
internal sealed class FtpOptions
{
    /// <summary>Null: no FTP. 0 takes a free port, for tests.</summary>
    public int? Port { get; set; }

    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>The one user there is. Without it users are the names of tokens; where there are none either, anybody may log in, which is why the server then keeps to loopback.</summary>
    public string? User { get; set; }

    public string? PasswordFile { get; set; }

    /// <summary>A PEM file with a certificate and its key, or a PKCS#12 file without a password. With it AUTH TLS is offered.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>Refuse what is not encrypted.</summary>
    public bool RequireTls { get; set; }

    /// <summary>The address that PASV names, where clients reach this host by another one than it has.</summary>
    public IPAddress? PublicAddress { get; set; }

    /// <summary>The ports for passive data connections; 0 lets the system choose.</summary>
    public int FirstPassivePort { get; set; }

    public int LastPassivePort { get; set; }

    /// <summary>Each has two connections and up to two transfers' worth of chunks (8 MiB) in memory.</summary>
    public int MaxSessions { get; set; } = 64;

    /// <summary>A command with the longest path is a good kilobyte; every letter may be four bytes.</summary>
    public int MaxLineBytes { get; set; } = 4 * 1024;

    /// <summary>Commands that may arrive during a transfer before the connection is read no further.</summary>
    public int MaxCommandsAhead { get; set; } = 16;

    /// <summary>Between commands. RFC 1123 asks for five minutes at least.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Until a login: who has none holds a session for no longer.</summary>
    public TimeSpan LoginTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>A data connection must come within this time, and may stand still for this long.</summary>
    public TimeSpan DataTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Wrong passwords until the connection is closed, and how long each one is thought about.</summary>
    public int MaxLogins { get; set; } = 3;

    public TimeSpan WrongPasswordPause { get; set; } = TimeSpan.FromSeconds(1);

    public bool IsPassiveRange => FirstPassivePort > 0;

    /// <summary>Every fault at once.</summary>
    /// <param name="isGuarded">Whether the host has tokens, whose names are users here, or was told to do without.</param>
    public IEnumerable<string> Faults(bool isGuarded)
    {
        if (Port is null)
        {
            if (User is not null || PasswordFile is not null || CertificateFile is not null) yield return "--ftp-port is missing: without it no other option of FTP means anything.";
            yield break;
        }

        if (Port is < 0 or > IPEndPoint.MaxPort) yield return "--ftp-port must be from 1 to 65535.";
        if (User is null != PasswordFile is null) yield return "--ftp-user and --ftp-password-file go together.";
        if (User is null && !isGuarded && !IPAddress.IsLoopback(Address)) yield return $"--ftp-address {Address} is not loopback: FTP beyond this machine needs --tokens, or --ftp-user and --ftp-password-file, or --insecure.";
        if (RequireTls && CertificateFile is null) yield return "--ftp-require-tls needs --ftp-certificate.";
        if (FirstPassivePort > LastPassivePort || LastPassivePort > IPEndPoint.MaxPort) yield return "--ftp-passive-ports must be two ports, the lower one first, as 30000-30099.";
        if (MaxSessions < 1) yield return "--ftp-max-sessions must be positive.";
    }
}
