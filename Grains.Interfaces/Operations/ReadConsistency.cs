namespace Orleans.Kv.Interfaces.Operations;

/// <summary>What a fetch asks for. The numbers cross the wire: add, never renumber.</summary>
[GenerateSerializer, Alias("kv.ReadConsistency")]
public enum ReadConsistency : byte
{
    /// <summary>What the cluster's mode gives: linearizable while there is a quorum.</summary>
    Default = 0,

    /// <summary>Linearizable or an error, in either mode.</summary>
    Strong = 1,

    /// <summary>The newest copy at hand, without asking a quorum.</summary>
    Eventual = 2,
}
