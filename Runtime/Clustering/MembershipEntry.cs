using System.Globalization;
using Orleans.Runtime;

namespace Orleans;

/// <summary>One silo instance's row in the <see cref="IMembershipTable"/>.</summary>
[Serializable, GenerateSerializer]
public sealed class MembershipEntry
{
    /// <summary>Endpoint and generation. A restarted silo has the same endpoint and a higher generation: another row.</summary>
    [Id(0)]
    public SiloAddress SiloAddress { get; set; } = default!;

    [Id(1)]
    public SiloStatus Status { get; set; }

    /// <summary>Who suspects this silo, and since when (UTC). A vote counts only while it is fresh.</summary>
    [Id(2)]
    public List<Tuple<SiloAddress, DateTime>>? SuspectTimes { get; set; }

    /// <summary>The port clients connect to, or 0 where this silo is no gateway.</summary>
    [Id(3)]
    public int ProxyPort { get; set; }

    [Id(4)]
    public string HostName { get; set; } = default!;

    /// <summary>The stable name: the same for every instance that runs on this place.</summary>
    [Id(5)]
    public string SiloName { get; set; } = default!;

    [Id(6)]
    public string? RoleName { get; set; }

    [Id(7)]
    public int UpdateZone { get; set; }

    [Id(8)]
    public int FaultZone { get; set; }

    /// <summary>When this instance started (UTC).</summary>
    [Id(9)]
    public DateTime StartTime { get; set; }

    /// <summary>When this instance last said that it lives (UTC). For diagnosis and for clearing away silos that vanished all at once.</summary>
    [Id(10)]
    public DateTime IAmAliveTime { get; set; }

    /// <summary>Appends a vote, whoever voted before.</summary>
    public void AddSuspector(SiloAddress suspectingSilo, DateTime suspectingTime) =>
        (SuspectTimes ??= []).Add(Tuple.Create(suspectingSilo, suspectingTime));

    /// <summary>
    /// Records one silo's vote: its earlier one is renewed; else it is appended while there are fewer than <paramref name="maxVotes"/>;
    /// else it takes the place of the oldest vote, unless that is younger.
    /// </summary>
    public void AddOrUpdateSuspector(SiloAddress localSilo, DateTime voteTime, int maxVotes)
    {
        var votes = SuspectTimes ??= [];
        var place = votes.FindIndex(vote => vote.Item1.Equals(localSilo));
        if (place < 0 && votes.Count >= maxVotes && votes.Count > 0)
        {
            var oldest = votes.MinBy(vote => vote.Item2)!;
            if (voteTime >= oldest.Item2)
                place = votes.IndexOf(oldest);
        }

        if (place < 0)
            AddSuspector(localSilo, voteTime);
        else
            votes[place] = Tuple.Create(localSilo, voteTime);
    }

    /// <summary>Every column, for logs.</summary>
    public string ToFullString()
    {
        var votes = SuspectTimes is { Count: > 0 } times
            ? string.Join(", ", times.Select(vote => $"{vote.Item1} at {Print(vote.Item2)}"))
            : "none";
        return $"[SiloAddress={SiloAddress} SiloName={SiloName} Status={Status} HostName={HostName} ProxyPort={ProxyPort} " +
            $"StartTime={Print(StartTime)} IAmAliveTime={Print(IAmAliveTime)} Suspecters={votes}]";

        static string Print(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss.fff 'GMT'", CultureInfo.InvariantCulture);
    }

    public override string ToString() => $"SiloAddress={SiloAddress} SiloName={SiloName} Status={Status}";

    /// <summary>A row of its own, so that a proposed change never shows in the snapshot it was derived from.</summary>
    internal MembershipEntry Copy()
    {
        var copy = (MembershipEntry)MemberwiseClone();
        if (SuspectTimes is not null)
            copy.SuspectTimes = [.. SuspectTimes];
        return copy;
    }
}
