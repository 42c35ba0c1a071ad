using Orleans.Kv.Tests.Driving.Machine;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Orleans.Kv.Tests.Deployment;

/// <summary>All tests of this assembly: each runs a whole fleet and lets no request fail, so they run one after another and while no other heavy suite does.</summary>
[CollectionDefinition(Name)]
public sealed class DeploymentTests : ICollectionFixture<Alone>
{
    public const string Name = "deployment";
}
