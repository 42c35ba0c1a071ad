namespace Orleans.Runtime.MembershipService;

/// <summary>What became of a probe.</summary>
internal enum ProbeOutcome
{
    Answered,

    /// <summary>The connection was refused or reset: nobody listens there. Known at once.</summary>
    Refused,

    /// <summary>No answer in time, or none to us: the silo may be dead, paused, cut off, or take this one for a stranger.</summary>
    Silent,

    /// <summary>The probe was not made, or its result says nothing (the asked go-between did not answer either).</summary>
    Unknown,
}
