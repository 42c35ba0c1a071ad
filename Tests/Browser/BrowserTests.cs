using Orleans.Kv.Tests.Driving.Machine;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Orleans.Kv.Tests.Browser;

/// <summary>All tests of this assembly: each runs a whole cluster and a browser, so that they run one after another and while no other heavy suite does.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<Alone>
{
    public const string Name = "browser";
}
