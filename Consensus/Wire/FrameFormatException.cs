namespace Orleans.Kv.Consensus;

/// <summary>Bytes that are no frame of this codec. Nothing of the frame was taken in.</summary>
public sealed class FrameFormatException : FormatException
{
    public FrameFormatException()
        : this(0, "malformed")
    {
    }

    public FrameFormatException(string message)
        : this(0, message)
    {
    }

    public FrameFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public FrameFormatException(int position, string fault)
        : base($"malformed frame at byte {position}: {fault}")
    {
        Position = position;
        Fault = fault;
    }

    /// <summary>The offset of the first byte that makes no sense.</summary>
    public int Position { get; }

    /// <summary>What is wrong, in words that hold no bytes of the frame.</summary>
    public string Fault { get; } = "malformed";
}
