namespace Orleans.Kv.Api.Access;

/// <summary>What decides who may use the host cannot be read: it does not start.</summary>
internal sealed class AccessException(string message, Exception inner) : Exception(message, inner);
