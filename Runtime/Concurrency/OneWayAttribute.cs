namespace Orleans.Concurrency;

/// <summary>The call is sent and no answer comes: the returned task is done at once, errors stay unknown.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OneWayAttribute : Attribute
{
}
