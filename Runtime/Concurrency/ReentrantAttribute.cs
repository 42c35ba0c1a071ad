namespace Orleans.Concurrency;

/// <summary>Calls of this grain may interleave wherever one of them waits. Turns still run one at a time.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ReentrantAttribute : Attribute
{
}
