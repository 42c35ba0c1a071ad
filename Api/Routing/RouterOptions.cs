using Orleans.Kv.Api.Operations;

namespace Orleans.Kv.Api.Routing;

/// <summary>How long the router waits for whom, and how much it lets pile up.</summary>
public sealed class RouterOptions
{
    /// <summary>A request is answered after this long, whatever is known by then.</summary>
    public TimeSpan RequestDeadline { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Silence after which the same operation is sent to another silo as well. Far above what a healthy cluster needs (some ms),
    /// far below what a user notices as an outage.
    /// </summary>
    public TimeSpan HedgeAfter { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// What an operation gets on top for each MiB of value that it moves. On two busy cores an 8 MiB store takes one second or two, and a second proposer
    /// does not help it: the two take turns in killing each other's ballots, and every turn moves the value to and from all replicas again (measured: 280 to 430 MiB per
    /// store and fetch instead of 48, and most of them unanswered at the deadline).
    /// </summary>
    public TimeSpan HedgeAfterPerMebibyte { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The pause before an operation whose proposers have all ended without an answer is sent out again.</summary>
    public TimeSpan RetryPause { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How long after the last gateway was lost operations are tried again instead of refused: the silos that are left are found with the next look at the list of
    /// gateways (<c>GatewayListRefreshPeriod</c>), which takes a second. Whoever is cut off for longer is told so at once.
    /// </summary>
    public TimeSpan GatewayPatience { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often waiting operations are looked through: one timer for all, and none while nothing waits.</summary>
    public TimeSpan SweepPeriod { get; set; } = TimeSpan.FromMilliseconds(25);

    /// <summary>How long after a key grain fell silent, and between later tries, one background read asks whether it is back.</summary>
    public TimeSpan ProbePeriod { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How far an operation's deadline lies beyond the moment it is stamped. Longer than <see cref="RequestDeadline"/>, so that no operation is
    /// too late while somebody waits for it, by as much as clocks of a well-kept fleet may differ.
    /// </summary>
    public TimeSpan OperationLifetime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The same for operations with a caller's request id: the two minutes in which callers may retry, and the time their last retry may take.
    /// </summary>
    public TimeSpan RequestIdLifetime { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>Operations waiting at once; more are answered as overloaded. At 10,000 requests a second this is two seconds' worth.</summary>
    public int MaxInFlight { get; set; } = 20_000;

    /// <summary>
    /// How many operations may be sent to a second silo for silence in one burst. A cluster that is slow because it is overloaded must not get
    /// every operation twice: beyond the burst, one hedge is earned by each <see cref="RequestsPerHedge"/> answers.
    /// </summary>
    public int HedgeBurst { get; set; } = 1_000;

    public int RequestsPerHedge { get; set; } = 5;

    /// <summary>Proposers that may be working on one operation at once.</summary>
    public int MaxAttemptsAtOnce { get; set; } = 3;

    /// <summary>
    /// Values in the answer to one batch, about: once there are so many bytes, no further value is fetched for it. They are in memory together, and a caller who wants more asks again.
    /// </summary>
    public int MaxBatchAnswerBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Every error of these options, or none.</summary>
    internal IEnumerable<string> Errors()
    {
        if (RequestDeadline <= HedgeAfter) yield return "RequestDeadline must be above HedgeAfter.";
        if (HedgeAfter <= TimeSpan.Zero) yield return "HedgeAfter must be positive.";
        if (GatewayPatience < TimeSpan.Zero || GatewayPatience >= RequestDeadline) yield return "GatewayPatience must be at least zero and below RequestDeadline.";
        if (HedgeAfterPerMebibyte < TimeSpan.Zero || RequestDeadline <= HedgeAfter + (HedgeAfterPerMebibyte * (OperationLimits.MaxValueBytes >> 20)))
            yield return "HedgeAfterPerMebibyte must be at least zero, and leave the largest value time for a second silo before RequestDeadline.";
        if (RetryPause <= TimeSpan.Zero) yield return "RetryPause must be positive.";
        if (SweepPeriod <= TimeSpan.Zero || SweepPeriod > HedgeAfter) yield return "SweepPeriod must be positive and at most HedgeAfter.";
        if (OperationLifetime <= RequestDeadline) yield return "OperationLifetime must be above RequestDeadline.";
        if (RequestIdLifetime <= OperationLifetime) yield return "RequestIdLifetime must be above OperationLifetime.";
        if (MaxInFlight < 1 || HedgeBurst < 1 || RequestsPerHedge < 1 || MaxAttemptsAtOnce < 1 || MaxBatchAnswerBytes < 1) yield return "The router's bounds must be positive.";
    }
}
