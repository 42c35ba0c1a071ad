using System.Text;

namespace Orleans.Kv.Cli.Prompt;

/// <summary>
/// Reads a line of the prompt as a command's words. Two ways to write one: as in a shell (<c>set greeting "good morning"</c>), and as a call, as the ancestor had it (<c>set(greeting,"good morning")</c>).
/// </summary>
/// <remarks>
/// In a call, commas separate arguments, except inside quotes, brackets and braces, so that a value may be JSON: <c>set(a,{"x": [1, 2]})</c>. A value keeps its quotes, which make it a JSON string; the first argument, a key,
/// loses them.
/// </remarks>
internal static class CommandLineText
{
    /// <summary>The words of a line; none for an empty one and for a comment (<c>#</c>).</summary>
    /// <exception cref="FormatException">A quote or bracket is not closed.</exception>
    public static string[] Words(string line)
    {
        line = line.Trim();
        if (line.Length == 0 || line[0] == '#') return [];
        return AsCall(line) ?? AsShell(line);
    }

    private static string[]? AsCall(string line)
    {
        var open = line.IndexOf('(', StringComparison.Ordinal);
        if (open < 1 || !line[..open].All(char.IsAsciiLetter)) return null;
        var end = line.TrimEnd(';', ' ');
        if (end[^1] != ')') throw new FormatException("the call is not closed by )");
        var name = line[..open];
        var inside = end[(open + 1)..^1];
        if (inside.Trim().Length == 0) return [name];
        var arguments = Arguments(inside);
        arguments[0] = Unquoted(arguments[0]);
        // Nothing behind -- is an option: a value may begin with a hyphen.
        return [name, "--", .. arguments];
    }

    private static List<string> Arguments(string text)
    {
        var arguments = new List<string>();
        var (start, depth, isQuoted) = (0, 0, false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (isQuoted)
            {
                if (c == '\\') i++;
                else if (c == '"') isQuoted = false;
                continue;
            }

            switch (c)
            {
                case '"': isQuoted = true; break;
                case '[' or '{': depth++; break;
                case ']' or '}': depth--; break;
                case ',' when depth == 0:
                    arguments.Add(text[start..i].Trim());
                    start = i + 1;
                    break;
            }
        }

        if (isQuoted) throw new FormatException("a quote is not closed");
        if (depth > 0) throw new FormatException("a bracket is not closed");
        arguments.Add(text[start..].Trim());
        return arguments;
    }

    private static string Unquoted(string text) => text.Length >= 2 && text[0] == '"' && text[^1] == '"' ? text[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal) : text;

    // Quotes as a shell has them: '…' as it stands, "…" with \" and \\, and words may be made of several pieces.
    private static string[] AsShell(string line)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c is ' ' or '\t')
            {
                if (word is not null) words.Add(word.ToString());
                word = null;
                continue;
            }

            word ??= new StringBuilder();
            if (c is '"' or '\'') i = Quoted(line, i, word);
            else if (c == '\\' && i + 1 < line.Length) word.Append(line[++i]);
            else word.Append(c);
        }

        if (word is not null) words.Add(word.ToString());
        return [.. words];
    }

    private static int Quoted(string line, int at, StringBuilder word)
    {
        var quote = line[at];
        for (var i = at + 1; i < line.Length; i++)
        {
            if (line[i] == quote) return i;
            if (quote == '"' && line[i] == '\\' && i + 1 < line.Length && line[i + 1] is '"' or '\\') i++;
            word.Append(line[i]);
        }

        throw new FormatException("a quote is not closed");
    }
}
