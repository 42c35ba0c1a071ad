using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Availability;

/// <summary>What can be reached from here, as far as it is known without asking. Called on any thread.</summary>
internal interface IOutlook
{
    /// <summary>Every node of the map can be reached: nothing needs to be looked at more closely.</summary>
    bool IsClear { get; }

    /// <summary>This silo's replica has missed nothing that was committed, as far as it knows.</summary>
    bool IsInSync { get; }

    bool CanReach(NodeId node);

    /// <summary>Why no quorum of the key's replicas can be reached, for a person: how many are needed, which nodes are silent and since when. Null where one can.</summary>
    string? ShortageOf(Key key);
}
