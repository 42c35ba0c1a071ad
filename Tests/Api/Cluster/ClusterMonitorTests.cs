using Orleans.Kv.Api.Cluster;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Tests.Api.Hosting;
using Orleans.Kv.Tests.Api.Routing;

namespace Orleans.Kv.Tests.Api.Cluster;

/// <summary>What the router learns from the monitor's questions before a user's request has to find out.</summary>
public sealed class ClusterMonitorTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly FakeCluster _cluster = new() { Coordinators = 3 };
    private readonly CoordinatorChoice _coordinators = new(3);
    private readonly ClusterMonitor _monitor;

    public ClusterMonitorTests() => _monitor = new ClusterMonitor(
        _cluster, _coordinators, new CoordinatorSpread(_cluster, _coordinators), new SiloHealth(), new ClusterView(_time), _time);

    public void Dispose() => _monitor.Dispose();

    [Fact]
    public async Task AQuestionThatStaysOut_IsHangingSoon_AndAnAnswerEndsIt()
    {
        var late = new TaskCompletionSource<ClusterStatus>();
        _cluster.Status = coordinator => coordinator == 2 ? new ValueTask<ClusterStatus>(late.Task) : ValueTask.FromResult(FakeApi.Status(coordinator));
        var round = _monitor.RefreshAsync();
        _time.Advance(TimeSpan.FromMilliseconds(700));
        await round;
        Assert.False(_coordinators.IsHung(2));
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await WaitUntil(() => _coordinators.IsHung(2), "coordinator 2 is taken to hang");
        Assert.NotEqual(0, _coordinators.Trouble);
        Assert.Equal(("silo-1", null), (_coordinators.SiloOf(0), _coordinators.SiloOf(2)));

        late.SetResult(FakeApi.Status(2));
        await WaitUntil(() => _coordinators.Trouble == 0, "the late answer ends the trouble");
        Assert.Equal("silo-3", _coordinators.SiloOf(2));
    }

    [Fact]
    public async Task AHangingGateway_HoldsNobodyUp_AndIsAskedAgain()
    {
        var questions = 0;
        _cluster.Status = coordinator =>
        {
            if (coordinator != 2) return ValueTask.FromResult(FakeApi.Status(coordinator));
            questions++;
            return new ValueTask<ClusterStatus>(new TaskCompletionSource<ClusterStatus>().Task);
        };
        _ = _monitor.RefreshAsync();
        _time.Advance(TimeSpan.FromMilliseconds(800));
        await WaitUntil(() => _coordinators.IsHung(2), "coordinator 2 is taken to hang");

        // Time stands still: whoever waited for the silo that hangs would wait for ever. The first question may be about to end still, and the next one with it.
        while (questions < 2) await _monitor.RefreshAsync().WaitAsync(TimeSpan.FromSeconds(10));
        await _monitor.RefreshAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(2, questions);
    }

    [Fact]
    public async Task ABrokenQuestion_IsSilence_AndNoBlockedWay()
    {
        _cluster.Status = coordinator => coordinator == 2 ? ValueTask.FromException<ClusterStatus>(new TimeoutException()) : ValueTask.FromResult(FakeApi.Status(coordinator));
        await _monitor.RefreshAsync();

        Assert.Equal((null, false, 0), (_coordinators.SiloOf(2), _coordinators.IsHung(2), _coordinators.Trouble));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task ASiloThatReachesTooFew_IsWorseThanTheOthers(int unreachable, bool worse)
    {
        _cluster.Status = coordinator => ValueTask.FromResult(coordinator == 0 ? FakeApi.Status(0, nodes: Nodes(unreachable)) : FakeApi.Status(coordinator));
        await _monitor.RefreshAsync();

        Assert.Equal(worse, _coordinators.IsWorseThanOthers("silo-1"));
        Assert.False(_coordinators.IsWorseThanOthers("silo-2"));
    }

    private static NodeStatus[] Nodes(int unreachable) =>
        [.. Enumerable.Range(1, 3).Select(i => new NodeStatus { Name = $"silo-{i}", Store = $"s{i}", State = NodeState.InSync, Member = true, UnreachableSince = i > 3 - unreachable ? 1 : 0 })];

    private static async Task WaitUntil(Func<bool> condition, string what)
    {
        var started = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(10), $"expected: {what}");
            await Task.Delay(5);
        }
    }
}
