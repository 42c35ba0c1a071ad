using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Listing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Listing;

/// <summary>Puts pages of keys together.</summary>
internal sealed class KeyLister(TopologyAgent topology)
{
    public ValueTask<KeyPage> List(KeyListRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(new KeyPage { Status = ReplyStatus.Unavailable, Silo = topology.Self.Name, Detail = "this silo cannot list keys yet" });
    }
}
