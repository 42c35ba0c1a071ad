namespace Orleans.Kv.Telemetry.Tracing;

/// <summary>Whose activities make up a trace.</summary>
public static class SourceNames
{
    /// <summary>With a star for "and all that begin so": the store's, and the web server's, which begins the trace or takes up the caller's.</summary>
    public static readonly string[] Followed = ["Orleans.Kv.*", "Microsoft.AspNetCore"];
}
