namespace Orleans.Kv.Tests.Checking.Models;

/// <summary>A register with nothing left open; <paramref name="Version"/> is that of the last write ever, deletes included.</summary>
public readonly record struct ConcreteState(bool Present, long Value, long Version);
