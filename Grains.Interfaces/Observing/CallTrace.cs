using System.Diagnostics;

namespace Orleans.Kv.Interfaces.Observing;

/// <summary>
/// Carries a trace along grain calls: in the request context, which every engine brings to the callee, under the names of W3C's trace context. Nothing is carried, and nothing looked for, while
/// nobody records.
/// </summary>
public static class CallTrace
{
    private const string Parent = "traceparent";
    private const string State = "tracestate";

    /// <summary>Has the calls that this method makes from here on belong to the trace.</summary>
    public static void Send(ActivityContext context)
    {
        if (context == default) return;
        RequestContext.Set(Parent, $"00-{context.TraceId.ToHexString()}-{context.SpanId.ToHexString()}-{(context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00")}");
        if (!string.IsNullOrEmpty(context.TraceState)) RequestContext.Set(State, context.TraceState);
    }

    /// <summary>The trace that the call under way belongs to; the default where it belongs to none.</summary>
    public static ActivityContext Received() =>
        RequestContext.Get(Parent) is string parent && ActivityContext.TryParse(parent, RequestContext.Get(State) as string, isRemote: true, out var context) ? context : default;

    /// <summary>Starts an activity that does not become the current one: for what begins in one place and ends in another.</summary>
    public static Activity? Start(ActivitySource source, string name, ActivityKind kind, ActivityContext parent, IEnumerable<ActivityLink>? links = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var current = Activity.Current;
        // With the default for a parent it would take the current one.
        if (parent == default) Activity.Current = null;
        var activity = source.StartActivity(kind, parent, null, links, default, name);
        if (Activity.Current != current) Activity.Current = current;
        return activity;
    }

    /// <summary>Ends an activity, wherever it was begun, without touching the current one.</summary>
    public static void End(Activity? activity)
    {
        if (activity is null) return;
        var current = Activity.Current;
        activity.Stop();
        if (Activity.Current != current) Activity.Current = current;
    }
}
