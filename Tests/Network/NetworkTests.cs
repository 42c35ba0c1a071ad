using Orleans.Kv.Tests.Driving.Machine;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Orleans.Kv.Tests.Network;

/// <summary>All tests of this assembly: each runs a whole cluster and promises times, so they run one after another and while no other heavy suite does.</summary>
[CollectionDefinition(Name)]
public sealed class NetworkTests : ICollectionFixture<Alone>
{
    public const string Name = "network";
}
