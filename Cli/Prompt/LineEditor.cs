namespace Orleans.Kv.Cli.Prompt;

/// <summary>Reads a line from a terminal, with editing, history and completion. The line stays on one row, and scrolls where it is longer.</summary>
internal sealed class LineEditor(string prompt, History history, Completion completion)
{
    private LineBuffer _buffer = new(history);

    /// <summary>The line; empty where it was given up (Ctrl-C), null at the end of input (Ctrl-D on an empty line).</summary>
    public async Task<string?> ReadAsync()
    {
        _buffer = new LineBuffer(history);
        Draw();
        // Ctrl-C gives up the line here and not the program.
        Console.TreatControlCAsInput = true;
        try
        {
            while (true)
            {
                var key = Console.ReadKey(intercept: true);
                var isControl = key.Modifiers.HasFlag(ConsoleModifiers.Control);
                if (key.Key == ConsoleKey.Enter || (isControl && key.Key is ConsoleKey.J or ConsoleKey.M)) return End(_buffer.Text);
                if (isControl && key.Key == ConsoleKey.C) return End("");
                if (isControl && key.Key == ConsoleKey.D && _buffer.Text.Length == 0) return End(null);
                if (isControl && key.Key == ConsoleKey.L) Console.Clear();
                else if (key.Key == ConsoleKey.Tab) await CompleteAsync();
                else _buffer.Apply(key);
                Draw();
            }
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    private static string? End(string? line)
    {
        Console.WriteLine();
        return line;
    }

    private async Task CompleteAsync()
    {
        var (start, offers) = await completion.OfferAsync(_buffer.Text, _buffer.Cursor);
        if (offers.Count == 0) return;
        var common = Completion.Common(offers);
        if (offers.Count == 1 || common.Length > _buffer.Cursor - start)
        {
            _buffer.Replace(start, _buffer.Cursor, common);
            return;
        }

        Console.WriteLine();
        Console.WriteLine(string.Join("  ", offers));
    }

    private void Draw()
    {
        var room = Math.Max(10, Width() - prompt.Length - 1);
        var first = Math.Max(0, _buffer.Cursor - room);
        var shown = _buffer.Text.AsSpan(first, Math.Min(room, _buffer.Text.Length - first));
        // To the row's start, the text, nothing behind it, and the cursor back to where it belongs.
        Console.Write($"\r{prompt}{shown}\e[K\r\e[{prompt.Length + _buffer.Cursor - first}C");
    }

    // A terminal that does not say how wide it is counts as one of the usual width.
    private static int Width() => Console.WindowWidth is > 0 and var width ? width : 80;
}
