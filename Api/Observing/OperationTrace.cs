using System.Diagnostics;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Observing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Observing;

/// <summary>
/// An operation as an activity, from its being read to its outcome, within that of the request; and every call to a silo for it as one within it. The silo goes on from there. While nobody
/// records, this is empty, and costs a look at whether anybody does.
/// </summary>
internal readonly struct OperationTrace
{
    public const string SourceName = "Orleans.Kv.Api";

    private static readonly ActivitySource Source = new(SourceName);

    private readonly Activity? _activity;
    private readonly ActivityContext _parent;

    private OperationTrace(Activity? activity, ActivityContext parent) => (_activity, _parent) = (activity, parent);

    public static bool IsWanted => Source.HasListeners();

    /// <summary>Somebody records it, or wants to know that nobody does: what is not picked for recording here must not be picked by a silo.</summary>
    public bool IsOn => _activity is not null || _parent != default;

    public static OperationTrace Begin(OperationCode code)
    {
        if (!Source.HasListeners()) return default;
        var parent = Activity.Current?.Context ?? default;
        var activity = CallTrace.Start(Source, OperationNames.Of(code), ActivityKind.Internal, parent);
        activity?.SetTag(OperationNames.Operation, OperationNames.Of(code));
        return new OperationTrace(activity, parent);
    }

    /// <summary>A call to a silo, which is told of the trace. Becomes the current activity of the method that calls this, and ends with it.</summary>
    public Activity? Attempt(bool isKeyGrain, int number)
    {
        var within = _activity?.Context ?? _parent;
        var call = Source.StartActivity(isKeyGrain ? "call key-grain" : "call coordinator", ActivityKind.Client, within);
        call?.SetTag("kv.attempt", number);
        CallTrace.Send(call?.Context ?? within);
        return call;
    }

    /// <summary>The same for a call that stands for the first attempt of many operations.</summary>
    public static Activity? Batch(int operations)
    {
        var parent = Activity.Current?.Context ?? default;
        var call = Source.StartActivity("call batch", ActivityKind.Client, parent);
        call?.SetTag("kv.operations", operations);
        CallTrace.Send(call?.Context ?? parent);
        return call;
    }

    /// <param name="outcome">Null for an operation that was taken back, and goes on as another one.</param>
    public void End(RoutedOutcome? outcome)
    {
        if (_activity is null) return;
        if (outcome is { } ended)
        {
            _activity.SetTag(OperationNames.Outcome, OperationNames.Of(ended.Status));
            if (ended.Kind != RoutedKind.Answered) _activity.SetStatus(ActivityStatusCode.Error, ended.Detail);
        }

        CallTrace.End(_activity);
    }
}
