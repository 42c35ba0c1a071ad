using Orleans.Kv.Tests.Runtime.Clusters;

namespace Orleans.Kv.Tests.Runtime.Calls;

[Collection(SharedCluster.Name)]
public sealed class ExceptionTests(ClusterFixture fixture)
{
    private ICallGrain NewGrain() => fixture.Grains.GetGrain<ICallGrain>(ClusterFixture.NewKey());

    [Fact]
    public async Task SerializableException_ArrivesAsItself()
    {
        var thrown = await Assert.ThrowsAsync<ActivationRefusedException>(() => NewGrain().Throw("no such luck"));
        Assert.Equal("no such luck", thrown.Message);
    }

    [Fact]
    public async Task FrameworkException_ArrivesWithItsInnerOne()
    {
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => NewGrain().ThrowWithInner("outside", "inside"));
        Assert.Equal("outside", thrown.Message);
        Assert.Equal("inside", Assert.IsType<ArgumentException>(thrown.InnerException).Message);
    }

    [Fact]
    public async Task ExceptionThatCannotTravel_StillFailsTheCall_AndNamesItsType()
    {
        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => NewGrain().ThrowUnknown("nobody knows me").WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Contains(nameof(UnknownException), thrown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exception_PassesThroughEveryGrainOnTheWay()
    {
        var thrown = await Assert.ThrowsAsync<ActivationRefusedException>(() => NewGrain().ThrowFromNested(ClusterFixture.NewKey(), "deep down"));
        Assert.Equal("deep down", thrown.Message);
    }

    [Fact]
    public async Task Exception_TellsWhereItWasThrown()
    {
        var thrown = await Assert.ThrowsAsync<ActivationRefusedException>(() => NewGrain().Throw("where"));
        Assert.Contains(nameof(CallGrain), thrown.StackTrace, StringComparison.Ordinal);
    }
}
