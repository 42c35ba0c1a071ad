namespace Orleans.Dashboard;

/// <summary>Calls of this grain class, or of this method, are not measured.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, Inherited = true)]
public sealed class NoProfilingAttribute : Attribute;
