using System.Security.Authentication;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Ftp;

/// <summary>Logging in, encryption, and the commands that need no login.</summary>
internal sealed partial class FtpSession
{
    private string? _user;
    private bool _isDataSecure;
    private int _wrongLogins;

    private FtpUser? _loggedIn;

    private bool IsLoggedIn => _loggedIn is { } user && access.IsStillAllowed(user);

    private bool MayWrite => _loggedIn is { Role: >= Role.Write };

    private async Task<FtpReply?> TryLoginCommandAsync(string verb, string argument) => verb switch
    {
        "USER" => User(argument),
        "PASS" => await PasswordAsync(argument),
        "ACCT" => new FtpReply(202, "No account is needed."),
        "REIN" => Reinitialize(),
        "QUIT" => Quit(),
        "NOOP" => new FtpReply(200, "OK."),
        "SYST" => new FtpReply(215, "UNIX Type: L8"),
        "FEAT" => Features(),
        "HELP" => new FtpReply(214, "Commands", Commands),
        "OPTS" => Options(argument),
        "AUTH" => await SecureAsync(argument),
        "PBSZ" => control.IsSecure ? new FtpReply(200, "PBSZ=0") : new FtpReply(503, "AUTH TLS comes first."),
        "PROT" => Protect(argument),
        "CCC" => new FtpReply(534, "Commands stay encrypted."),
        _ => null,
    };

    private static IReadOnlyList<string> Commands { get; } =
    [
        "USER PASS ACCT REIN QUIT NOOP SYST FEAT HELP OPTS AUTH PBSZ PROT",
        "PWD CWD CDUP MKD RMD DELE RNFR RNTO SIZE MDTM MFMT MLST STAT",
        "TYPE STRU MODE PASV EPSV PORT EPRT ALLO REST ABOR",
        "LIST NLST MLSD RETR STOR APPE STOU",
    ];

    private FtpReply User(string name)
    {
        _loggedIn = null;
        if (options.RequireTls && !control.IsSecure) return new FtpReply(530, "Nobody logs in without encryption: AUTH TLS comes first.");
        _user = name;
        return access.IsAnonymous ? new FtpReply(331, "Any password will do.") : new FtpReply(331, "Password, please.");
    }

    private async Task<FtpReply> PasswordAsync(string password)
    {
        if (_user is not { } user) return new FtpReply(503, "USER comes first.");
        _user = null;
        if (access.Find(user, password) is { } known)
        {
            _loggedIn = known;
            return new FtpReply(230, "Logged in.");
        }

        await Task.Delay(options.WrongPasswordPause, time, _stopping);
        LogWrongPassword(control.Socket.RemoteEndPoint);
        if (++_wrongLogins < options.MaxLogins) return new FtpReply(530, "Wrong user or password.");
        _isOver = true;
        return new FtpReply(421, "Wrong user or password, too often.");
    }

    private FtpReply Reinitialize()
    {
        (_loggedIn, _user, _directory, _renameFrom, _restart, _isAscii) = (null, null, default, null, 0, true);
        return new FtpReply(220, "Ready for another user.");
    }

    private FtpReply Quit()
    {
        _isOver = true;
        return new FtpReply(221, "Goodbye.");
    }

    private FtpReply Features()
    {
        List<string> features = ["EPRT", "EPSV", "MDTM", "MFMT", $"MLST {string.Join("", ListFormat.AllFacts.Select(fact => fact + (_facts.Contains(fact) ? "*;" : ";")))}", "REST STREAM", "SIZE", "TVFS", "UTF8"];
        if (access.Certificate is not null) features.AddRange(["AUTH TLS", "PBSZ", "PROT"]);
        return new FtpReply(211, "Features", features);
    }

    private FtpReply Options(string argument)
    {
        var words = argument.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        switch (words.FirstOrDefault("").ToUpperInvariant())
        {
            case "UTF8":
                return words.ElementAtOrDefault(1)?.ToUpperInvariant() is null or "ON" or "NLST" ? new FtpReply(200, "UTF-8 is on.") : new FtpReply(501, "UTF-8 stays on.");
            case "MLST":
                var asked = (words.ElementAtOrDefault(1) ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries);
                _facts = [.. ListFormat.AllFacts.Where(fact => asked.Contains(fact, StringComparer.OrdinalIgnoreCase))];
                return new FtpReply(200, $"MLST OPTS {string.Join("", _facts.Select(static fact => fact + ";"))}");
            default:
                return new FtpReply(501, "There are options of UTF8 and MLST.");
        }
    }

    private async Task<FtpReply> SecureAsync(string mechanism)
    {
        if (access.Certificate is not { } certificate) return new FtpReply(502, "There is no certificate: this server does not encrypt.");
        if (control.IsSecure) return new FtpReply(503, "It is encrypted already.");
        if (mechanism.ToUpperInvariant() is not ("TLS" or "TLS-C" or "SSL")) return new FtpReply(504, "AUTH TLS, and no other.");
        // A command is being read already, in the clear: only after a transfer during which others were sent.
        if (_reading is not null) return new FtpReply(503, "Not behind other commands.");
        // Commands that came in the clear behind this one are not the client's for certain: they are dropped, as are those of a session that was not encrypted.
        _ahead.Clear();
        (_loggedIn, _user) = (null, null);
        await ReplyAsync(new FtpReply(234, "Go on with TLS."));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
        timeout.CancelAfter(options.DataTimeout);
        try
        {
            await control.SecureAsync(certificate, timeout.Token);
        }
        catch (AuthenticationException fault)
        {
            // Nothing can be said any more to a client that speaks no TLS.
            throw new IOException(fault.Message, fault);
        }

        return FtpReply.Given;
    }

    private FtpReply Protect(string level)
    {
        if (!control.IsSecure) return new FtpReply(503, "AUTH TLS comes first.");
        switch (level.ToUpperInvariant())
        {
            case "P":
                _isDataSecure = true;
                return new FtpReply(200, "Data is encrypted.");
            case "C" when !options.RequireTls:
                _isDataSecure = false;
                return new FtpReply(200, "Data is in the clear.");
            default:
                return new FtpReply(options.RequireTls ? 534 : 536, options.RequireTls ? "PROT P, and no other." : "PROT P or PROT C.");
        }
    }

    [LoggerMessage(630, LogLevel.Warning, "FTP: a wrong user or password from {Client}.")]
    private partial void LogWrongPassword(System.Net.EndPoint? client);
}
