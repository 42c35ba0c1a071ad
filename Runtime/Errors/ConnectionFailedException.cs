namespace Orleans.Runtime.Messaging;

/// <summary>A connection could not be opened, or there is nobody to connect to.</summary>
[GenerateSerializer]
public class ConnectionFailedException : OrleansException
{
    public ConnectionFailedException()
        : base("The connection failed.")
    {
    }

    public ConnectionFailedException(string message)
        : base(message)
    {
    }

    public ConnectionFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
