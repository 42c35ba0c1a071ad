namespace Orleans.Kv.Cli.Prompt;

/// <summary>The line that is being typed: its text, where the cursor is, and what keys do to it. No terminal.</summary>
internal sealed class LineBuffer(History history)
{
    private string _typed = "";
    private int _position = history.Count;

    public string Text { get; private set; } = "";

    public int Cursor { get; private set; }

    /// <summary>Carries out an editing key; false where it is none.</summary>
    public bool Apply(ConsoleKeyInfo key)
    {
        switch (key.Modifiers.HasFlag(ConsoleModifiers.Control) ? Controlled(key.Key) : key.Key)
        {
            case ConsoleKey.LeftArrow: Cursor = Math.Max(0, Cursor - 1); break;
            case ConsoleKey.RightArrow: Cursor = Math.Min(Text.Length, Cursor + 1); break;
            case ConsoleKey.Home: Cursor = 0; break;
            case ConsoleKey.End: Cursor = Text.Length; break;
            case ConsoleKey.Backspace when Cursor > 0: Replace(Cursor - 1, Cursor, ""); break;
            case ConsoleKey.Backspace: break;
            case ConsoleKey.Delete when Cursor < Text.Length: Replace(Cursor, Cursor + 1, ""); break;
            case ConsoleKey.Delete: break;
            case ConsoleKey.UpArrow: Recall(_position - 1); break;
            case ConsoleKey.DownArrow: Recall(_position + 1); break;
            case ConsoleKey.OemClear: Replace(0, Cursor, ""); break;
            case ConsoleKey.EraseEndOfFile: Replace(Cursor, Text.Length, ""); break;
            case ConsoleKey.Clear: Replace(WordStart(), Cursor, ""); break;
            default:
                if (char.IsControl(key.KeyChar)) return false;
                Insert(key.KeyChar.ToString());
                break;
        }

        return true;
    }

    public void Insert(string text) => Replace(Cursor, Cursor, text);

    /// <summary>Puts a text in the place of a part, and the cursor behind it.</summary>
    public void Replace(int start, int end, string text)
    {
        Text = string.Concat(Text.AsSpan(0, start), text, Text.AsSpan(end));
        Cursor = start + text.Length;
    }

    // The keys of Emacs, which shells have taught everybody.
    private static ConsoleKey Controlled(ConsoleKey key) => key switch
    {
        ConsoleKey.A => ConsoleKey.Home,
        ConsoleKey.E => ConsoleKey.End,
        ConsoleKey.B => ConsoleKey.LeftArrow,
        ConsoleKey.F => ConsoleKey.RightArrow,
        ConsoleKey.P => ConsoleKey.UpArrow,
        ConsoleKey.N => ConsoleKey.DownArrow,
        ConsoleKey.H => ConsoleKey.Backspace,
        ConsoleKey.U => ConsoleKey.OemClear,
        ConsoleKey.K => ConsoleKey.EraseEndOfFile,
        ConsoleKey.W => ConsoleKey.Clear,
        _ => key,
    };

    private int WordStart()
    {
        var start = Cursor;
        while (start > 0 && Text[start - 1] == ' ') start--;
        while (start > 0 && Text[start - 1] != ' ') start--;
        return start;
    }

    private void Recall(int position)
    {
        if (position < 0 || position > history.Count) return;
        // The line that was begun is there again below the newest of the history.
        if (_position == history.Count) _typed = Text;
        _position = position;
        Text = position == history.Count ? _typed : history[position];
        Cursor = Text.Length;
    }
}
