namespace Orleans.Kv.Api.Ftp;

/// <summary>A line that a client sent, or what is wrong with it.</summary>
internal readonly record struct FtpLine(string Text, string? Fault)
{
    public string Verb => (Text.IndexOf(' ', StringComparison.Ordinal) is var space and >= 0 ? Text[..space] : Text).ToUpperInvariant();

    /// <summary>All behind the first space: a name may begin and end with others.</summary>
    public string Argument => Text.IndexOf(' ', StringComparison.Ordinal) is var space and >= 0 ? Text[(space + 1)..] : "";
}
