namespace Orleans.Concurrency;

/// <summary>This method may start between the turns of any other call, and any other call between its own.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AlwaysInterleaveAttribute : Attribute
{
}
