namespace Orleans.Kv.Bench;

/// <summary>Why a measurement cannot be made, in one sentence for whoever asked for it.</summary>
internal sealed class BenchException(string message) : Exception(message);
