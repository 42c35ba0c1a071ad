namespace Orleans.Serialization;

/// <summary>
/// Stands for an exception whose class is not known where it arrived. Message, stack trace and inner exception are the original's.
/// </summary>
[GenerateSerializer]
public sealed class UnavailableExceptionFallbackException : Exception
{
    public UnavailableExceptionFallbackException()
    {
    }

    public UnavailableExceptionFallbackException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The name of the class it had.</summary>
    [Id(0)]
    public string? ExceptionType { get; internal set; }

    public override string ToString() => $"{base.ToString()}{Environment.NewLine}(originally {ExceptionType ?? "of an unknown type"})";
}
