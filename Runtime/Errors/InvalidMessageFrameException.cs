namespace Orleans.Runtime.Messaging;

/// <summary>What came on a connection is not a message of this protocol.</summary>
[GenerateSerializer]
public sealed class InvalidMessageFrameException : OrleansException
{
    public InvalidMessageFrameException()
        : base("The frame is malformed.")
    {
    }

    public InvalidMessageFrameException(string message)
        : base(message)
    {
    }

    public InvalidMessageFrameException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
