namespace Orleans.Kv.Interfaces.Security;

/// <summary>The file of tokens cannot be used, so that nobody could be told from anybody: the host does not start. The message names option and file.</summary>
public sealed class TokensException(string message, Exception inner) : Exception(message, inner);
