namespace Orleans.Runtime;

/// <summary>Decides what happens when the silo cannot go on, for example because the cluster declared it dead.</summary>
public interface IFatalErrorHandler
{
    bool IsUnexpected(Exception exception);

    void OnFatalException(object? sender = null, string? context = null, Exception? exception = null);
}
