namespace Orleans.Kv.Api.Ftp;

/// <summary>TYPE A: lines end in CR LF on the way, and in LF in the store. What ends in CR LF in the store is left as it is.</summary>
internal sealed class AsciiText
{
    private bool _wasReturn;

    /// <summary>Store to network.</summary>
    public ReadOnlyMemory<byte> Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new List<byte>(bytes.Length + (bytes.Length / 16));
        foreach (var next in bytes)
        {
            if (next == '\n' && !_wasReturn) text.Add((byte)'\r');
            text.Add(next);
            _wasReturn = next == '\r';
        }

        return text.ToArray();
    }

    /// <summary>Network to store. A return at the end waits for what follows: see <see cref="End"/>.</summary>
    public ReadOnlyMemory<byte> Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new List<byte>(bytes.Length + 1);
        foreach (var next in bytes)
        {
            if (_wasReturn && next != '\n') text.Add((byte)'\r');
            _wasReturn = next == '\r';
            if (!_wasReturn) text.Add(next);
        }

        return text.ToArray();
    }

    /// <summary>What <see cref="Decode"/> has kept.</summary>
    public ReadOnlyMemory<byte> End() => _wasReturn ? "\r"u8.ToArray() : ReadOnlyMemory<byte>.Empty;
}
