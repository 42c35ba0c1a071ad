using System.Diagnostics;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Observing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Observing;

/// <summary>
/// The silo's part of a trace: the operation at its key's grain (or coordinator), the rounds of messages for it, and the frames in which they travel, on either side.
/// <para>
/// A silo goes on with traces that others began, and begins none: of its own work nobody waits for anything. A round serves several operations and a frame several rounds; each belongs to the trace of
/// the first one and is linked with the others'.
/// </para>
/// <para>While nobody records, all of it is one look at whether anybody does.</para>
/// </summary>
internal static class SiloTraces
{
    public const string SourceName = "Orleans.Kv.Silo";

    // What a person can follow. A frame may carry thousands of messages.
    private const int MaxLinks = 32;

    private static readonly ActivitySource Source = new(SourceName);

    public static bool IsOn => Source.HasListeners();

    /// <summary>Carries out an operation as part of the trace that its caller began, if it did.</summary>
    public static async ValueTask<OperationReply> Operation<T>(string silo, string proposer, OperationRequest request, T state, Func<T, OperationRequest, ValueTask<OperationReply>> execute)
    {
        var parent = CallTrace.Received();
        // Ours from here on, of this method alone.
        using var activity = parent == default ? null : Source.StartActivity($"propose {OperationNames.Of(request.Code)}", ActivityKind.Server, parent);
        activity?.SetTag("kv.silo", silo).SetTag("kv.proposer", proposer).SetTag(OperationNames.Operation, OperationNames.Of(request.Code));
        var reply = await execute(state, request);
        activity?.SetTag(OperationNames.Outcome, OperationNames.Of(reply.Status));
        return reply;
    }

    /// <summary>Begins a round of messages for operations of which the first is <paramref name="first"/>.</summary>
    public static Activity? Round(Request request, Activity first, IEnumerable<Activity> others)
    {
        var round = CallTrace.Start(Source, $"round {NameOf(request)}", ActivityKind.Internal, first.Context, Links(others));
        return round?.SetTag("kv.round", request.Round).SetTag("kv.epoch", request.Epoch.Number);
    }

    /// <summary>Begins to send a frame with messages of these rounds, as long as any of them is part of a trace. The current activity of the method that calls.</summary>
    public static Activity? Deliver(NodeId node, int messages, IEnumerable<Activity> rounds)
    {
        var all = rounds.Take(MaxLinks + 1).ToList();
        if (all.Count == 0) return null;
        var activity = Source.StartActivity(ActivityKind.Client, all[0].Context, null, Links(all.Skip(1)), default, "deliver");
        activity?.SetTag("kv.node", node.Name).SetTag("kv.messages", messages);
        CallTrace.Send(activity?.Context ?? all[0].Context);
        return activity;
    }

    /// <summary>Takes in a frame as part of the trace that its sender named, if it did.</summary>
    public static async Task<T> Replica<T>(string silo, Func<Task<T>> handle)
    {
        var parent = CallTrace.Received();
        using var activity = parent == default ? null : Source.StartActivity("replica", ActivityKind.Server, parent);
        activity?.SetTag("kv.silo", silo);
        return await handle();
    }

    private static List<ActivityLink>? Links(IEnumerable<Activity> others)
    {
        List<ActivityLink>? links = null;
        foreach (var other in others.Take(MaxLinks)) (links ??= []).Add(new ActivityLink(other.Context));
        return links;
    }

    private static string NameOf(Request request) => request switch
    {
        PrepareRequest => "prepare",
        AcceptRequest => "accept",
        ReadRequest => "read",
        _ => "other",
    };
}
