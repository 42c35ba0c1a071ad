using Orleans.Kv.Tests.Runtime.Clusters;

namespace Orleans.Kv.Tests.Runtime.Calls;

[Collection(SharedCluster.Name)]
public sealed class ContextAndFilterTests(ClusterFixture fixture)
{
    private ICallGrain NewGrain() => fixture.Grains.GetGrain<ICallGrain>(ClusterFixture.NewKey());

    [Fact]
    public async Task RequestContext_TravelsWithACall()
    {
        RequestContext.Set("color", "green");
        try
        {
            Assert.Equal("green", await NewGrain().ContextValue("color"));
        }
        finally
        {
            RequestContext.Clear();
        }

        Assert.Null(await NewGrain().ContextValue("color"));
    }

    [Fact]
    public async Task RequestContext_TravelsOnward_AndNotBack()
    {
        Assert.Equal("blue", await NewGrain().SetContextAndAsk("shade", "blue", ClusterFixture.NewKey()));
        Assert.Null(RequestContext.Get("shade"));
    }

    [Fact]
    public async Task CallFilters_OnBothSides_SeeAndChangeTheResult() =>
        Assert.Equal("text|grain|silo|client", await NewGrain().Filtered("text"));
}
