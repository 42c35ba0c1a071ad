namespace Orleans.Kv.Api.Ftp;

/// <summary>One reply on the control connection: a code and a line, or several.</summary>
internal readonly record struct FtpReply(int Code, string Text, IReadOnlyList<string>? Lines = null)
{
    /// <summary>The command has replied by itself.</summary>
    public static readonly FtpReply Given;

    public static readonly FtpReply NotImplemented = new(502, "Command not implemented.");
    public static readonly FtpReply NotLoggedIn = new(530, "Please log in with USER and PASS.");

    /// <summary>As it is sent. Lines in the middle begin with a space, so that none looks like the last one.</summary>
    public override string ToString()
    {
        if (Lines is null) return $"{Code} {OneLine(Text)}\r\n";
        return $"{Code}-{OneLine(Text)}\r\n{string.Concat(Lines.Select(static line => $" {OneLine(line)}\r\n"))}{Code} End\r\n";
    }

    // A path that a client named is quoted in replies; none of it may begin a new reply.
    private static string OneLine(string text) => text.Replace('\r', ' ').Replace('\n', ' ');
}
