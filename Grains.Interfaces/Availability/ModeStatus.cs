namespace Orleans.Kv.Interfaces.Availability;

/// <summary>What became of a change of the mode. The numbers cross the wire: add, never renumber.</summary>
[GenerateSerializer, Alias("kv.ModeStatus")]
public enum ModeStatus : byte
{
    /// <summary>In the map; <see cref="ModeReply.Unconfirmed"/> names the silos that may not act by it yet.</summary>
    Done = 0,

    /// <summary>There is no map yet.</summary>
    Forming = 1,

    /// <summary>The map's authority could not be reached or kept changing; the mode may or may not have been set.</summary>
    Unavailable = 2,

    /// <summary>No such mode.</summary>
    Invalid = 3,
}
