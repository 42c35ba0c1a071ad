using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Client;

/// <summary>Tests that use the one API host with its silos.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterCollection : ICollectionFixture<ApiFixture>
{
    public const string Name = "API host";
}
