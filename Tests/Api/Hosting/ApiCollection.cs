namespace Orleans.Kv.Tests.Api.Hosting;

/// <summary>Tests that use the one API host with its silos.</summary>
[CollectionDefinition(Name)]
public sealed class ApiCollection : ICollectionFixture<ApiFixture>
{
    public const string Name = "API host";
}
