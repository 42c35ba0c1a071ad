using System.Threading.Tasks.Sources;
using Orleans.Kv.Api.Observing;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Routing;

/// <summary>
/// One operation on its way: which proposers have been asked, what is known so far, and what its caller awaits. Changed only under its
/// own lock, except for what the <see cref="InFlightTable"/> keeps in it under that table's.
/// </summary>
internal sealed class PendingOperation : IValueTaskSource<RoutedOutcome>
{
    private static readonly List<string> None = [];

    // Completed outside every lock by a pool thread that has nothing better to do: the caller goes on right there.
    private ManualResetValueTaskSourceCore<RoutedOutcome> _core;
    private long _nextDue;
    private List<string>? _heard;

    public PendingOperation(OperationInput input, long startedAt)
    {
        Input = input;
        StartedAt = startedAt;
        Stripe = input.Route.Key.GetHashCode(StringComparison.Ordinal);
    }

    public OperationInput Input { get; }

    public long StartedAt { get; }

    /// <summary>After how many milliseconds of silence another silo is asked as well.</summary>
    public long HedgeAfter { get; init; }

    public Lock Guard { get; } = new();

    public ValueTask<RoutedOutcome> Task => new(this, _core.Version);

    /// <summary>When it came, for whoever measures how long it takes; 0 where nobody does.</summary>
    public long Came { get; init; }

    /// <summary>The operation, and where it belongs, as part of a trace.</summary>
    public OperationTrace Trace { get; init; }

    // ---- kept by the in-flight table, under its lock ----
    public int Stripe { get; }

    public long Number { get; set; }

    public long Mark { get; set; }

    public PendingOperation? Previous { get; set; }

    public PendingOperation? Next { get; set; }

    // ---- kept by the router, under Guard ----

    /// <summary>The request as it travels: the same on every attempt.</summary>
    public OperationRequest? Request { get; set; }

    /// <summary>When the sweep has to look at this operation. Read by the sweep without the guard: a stale value costs one period.</summary>
    public long NextDue
    {
        get => Volatile.Read(ref _nextDue);
        set => Volatile.Write(ref _nextDue, value);
    }

    /// <summary>Attempts made with the present id.</summary>
    public int Sent { get; set; }

    /// <summary>Attempts without an answer yet.</summary>
    public int Outstanding { get; set; }

    /// <summary>Those of the outstanding attempts that have kept silent for so long that nobody waits for them. They may still take effect.</summary>
    public int Lost { get; set; }

    /// <summary>The number of the newest attempt that was taken for lost.</summary>
    public int LostThrough { get; set; }

    /// <summary>When the newest attempt began.</summary>
    public long LastSentAt { get; set; }

    /// <summary>How often a late operation was stamped anew.</summary>
    public int Restamped { get; set; }

    /// <summary>Attempts that were made at once, because the one before was refused and not merely slow.</summary>
    public int AtOnce { get; set; }

    /// <summary>Some attempt ended without saying what became of the operation.</summary>
    public bool Uncertain { get; set; }

    /// <summary>Whom the newest attempt asked; silence is held against it.</summary>
    public int LastTarget { get; set; }

    /// <summary>Coordinators that were asked, one bit each.</summary>
    public long Asked { get; set; }

    /// <summary>The newest reason why a proposer has certainly not done it.</summary>
    public ReplyStatus Reason { get; set; } = ReplyStatus.Unavailable;

    public string? Detail { get; set; }

    /// <summary>The silos that have refused, or given less than was asked for.</summary>
    public List<string> Heard => _heard ?? None;

    /// <summary>The best answer so far that is less than was asked for.</summary>
    public OperationReply? Fallback { get; private set; }

    public bool Ended { get; set; }

    public bool IsRead => Input.Code == OperationCode.Fetch;

    /// <summary>Nobody waits any longer for the attempts that are out.</summary>
    public void TakeForLost()
    {
        LostThrough = Sent;
        Lost = Outstanding;
    }

    /// <summary>Notes how an attempt ended. Under the guard.</summary>
    public void Note(int attempt, AttemptEnd end)
    {
        Outstanding--;
        if (attempt <= LostThrough) Lost--;
        if (end.IsUncertain)
        {
            // A read changes nothing, so that nothing about it can stay uncertain.
            if (!IsRead) Uncertain = true;
            // A silo's own words say more than that a connection broke.
            if (_heard is null) (Reason, Detail) = (ReplyStatus.Unavailable, end.Detail ?? Detail);
            return;
        }

        (Reason, Detail) = (end.Reason, end.Detail ?? Detail);
        _heard ??= [];
        if (end.Silo is { } silo && !_heard.Contains(silo)) _heard.Add(silo);
        if (end.Fallback is { } reply && (Fallback is null || reply.Stamp > Fallback.Stamp)) Fallback = reply;
    }

    public bool IsSameKey(PendingOperation other) =>
        ReferenceEquals(Input.Route, other.Input.Route) || Input.Route.Key == other.Input.Route.Key;

    public void Complete(RoutedOutcome outcome) => _core.SetResult(outcome);

    RoutedOutcome IValueTaskSource<RoutedOutcome>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<RoutedOutcome>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<RoutedOutcome>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
