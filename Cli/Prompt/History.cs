namespace Orleans.Kv.Cli.Prompt;

/// <summary>The lines that were typed before, over sessions: a file in the user's home, for the user's eyes only, since values are typed too.</summary>
internal sealed class History(string file)
{
    /// <summary>As many as shells commonly keep.</summary>
    private const int MaxLines = 1000;

    private readonly List<string> _lines = Read(file);

    public int Count => _lines.Count;

    public string this[int index] => _lines[index];

    /// <summary><c>~/.kv_history</c>, or what <c>KV_HISTORY</c> names.</summary>
    public static History OfUser() =>
        new(Environment.GetEnvironmentVariable("KV_HISTORY") is { Length: > 0 } named ? named : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kv_history"));

    /// <summary>Adds a line, unless it repeats the last one or begins with a space, by which a user keeps a secret out of it.</summary>
    public void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line) || line[0] == ' ' || (_lines.Count > 0 && _lines[^1] == line)) return;
        _lines.Add(line);
        if (_lines.Count > MaxLines) _lines.RemoveRange(0, _lines.Count - MaxLines);
    }

    /// <summary>Writes it down. A home that cannot be written to is no reason to fail: then the history is this session's.</summary>
    public bool TrySave()
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var writer = new StreamWriter(file, options);
            foreach (var line in _lines) writer.WriteLine(line);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static List<string> Read(string file)
    {
        try
        {
            return File.Exists(file) ? [.. File.ReadLines(file).TakeLast(MaxLines)] : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
