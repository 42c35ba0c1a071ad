namespace Orleans.Kv.Interfaces.Availability;

/// <summary>
/// Changes the cluster's consistency mode. A worker on every silo, served by the silo the call arrives at, so that it works on whichever side of a partition
/// reaches the map's authority; the integer key only spreads the references.
/// </summary>
[Alias("kv.IModeGrain")]
public interface IModeGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Puts the mode (1 is CP, 2 is AP) into the cluster map and waits until the silos have confirmed that map. The mode that is there already changes nothing, and is
    /// confirmed all the same.
    /// </summary>
    [Alias("SetMode")]
    ValueTask<ModeReply> SetMode(int mode);
}
