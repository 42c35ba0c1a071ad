namespace Orleans.Runtime.MembershipService;

/// <summary>What became of a probe.</summary>
internal enum ProbeOutcome
{
    Answered,

    /// <summary>The connection was refused or reset: nobody listens there. Known at once.</summary>
    Refused,

    /// <summary>No answer in time: the silo may be dead, paused or cut off.</summary>
    Silent,

    /// <summary>The probe was not made, or its result says nothing (the asked go-between did not answer either).</summary>
    Unknown,
}
