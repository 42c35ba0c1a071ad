namespace Orleans.Kv.Tests.Store.Clusters;

[CollectionDefinition(Name)]
public sealed class SharedStore : ICollectionFixture<StoreFixture>
{
    public const string Name = "shared store";
}
