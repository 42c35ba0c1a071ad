namespace Orleans.Kv.Interfaces.Changes;

/// <summary>What became of a filter. The numbers cross the wire: add, never renumber.</summary>
[GenerateSerializer, Alias("kv.FollowStatus")]
public enum FollowStatus : byte
{
    /// <summary>It, or a later one, is in force.</summary>
    InForce = 0,

    /// <summary>The silo cannot be asked at present, or is not known by that name.</summary>
    Unreachable = 1,

    /// <summary>It breaks one of the <see cref="ChangeLimits"/> or names a key that cannot be; the filter before it stays in force.</summary>
    Refused = 2,
}
