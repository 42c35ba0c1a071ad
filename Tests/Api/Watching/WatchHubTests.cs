using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Watching;
using Orleans.Kv.Interfaces.Changes;

namespace Orleans.Kv.Tests.Api.Watching;

public class WatchHubTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly FakeStore _store = new("a", "b", "c");

    [Fact]
    public async Task AKey_IsToldAsItIsAndThenEveryChange()
    {
        _store.Commit("k");
        await using var hub = new HubHarness(_store);
        using var watcher = await hub.Watch("k");
        Assert.Equal("current k 1", await watcher.Told());
        _store.Commit("k", by: "b");
        Assert.Equal("stored k 2", await watcher.Told());
        _store.Commit("k", ChangeKind.Deleted, "c");
        Assert.Equal("deleted k 3", await watcher.Told());
        _store.Commit("k");
        Assert.Equal("stored k 4", await watcher.Told());
        _store.Commit("k", ChangeKind.Expired);
        Assert.Equal("expired k 5", await watcher.Told());
    }

    [Fact]
    public async Task AKeyThatIsNotThere_IsToldAsAbsentWithTheTombstonesVersion()
    {
        _store.Commit("k");
        _store.Commit("k", ChangeKind.Deleted);
        await using var hub = new HubHarness(_store);
        using var deleted = await hub.Watch("k");
        using var never = await hub.Watch("never");
        Assert.Equal("absent k 2", await deleted.Told());
        Assert.Equal("absent never 0", await never.Told());
        _store.Commit("k");
        _store.Commit("never");
        Assert.Equal("stored k 3", await deleted.Told());
        Assert.Equal("stored never 1", await never.Told());
    }

    [Fact]
    public async Task APrefix_IsToldWhatIsThereThenReadyThenChanges()
    {
        foreach (var key in (string[])["a/1", "b/1", "b/2", "b/3", "b/4", "c"]) _store.Commit(key);
        await using var hub = new HubHarness(_store);
        using var watcher = await hub.Watch(prefix: "b/");
        var first = new List<string>();
        for (var i = 0; i < 5; i++) first.Add(await watcher.Told());
        Assert.Equal(["current b/1 1", "current b/2 1", "current b/3 1", "current b/4 1", "ready"], first);
        _store.Commit("c");
        _store.Commit("b/5");
        Assert.Equal("stored b/5 1", await watcher.Told());
    }

    [Fact]
    public async Task EveryKey_IsToldUnderTheEmptyPrefix()
    {
        await using var hub = new HubHarness(_store);
        using var watcher = await hub.Watch(prefix: "");
        Assert.Equal("ready", await watcher.Told());
        _store.Commit("x");
        Assert.Equal("stored x 1", await watcher.Told());
    }

    [Fact]
    public async Task AChangeThatOvertookTheOneBeforeIt_IsToldAfterIt()
    {
        _store.Commit("k");
        await using var hub = new HubHarness(_store);
        using var watcher = await hub.Watch("k");
        Assert.Equal("current k 1", await watcher.Told());
        _store.Commit("k", by: null);
        _store.Commit("k", by: "b");
        _store.Tell("a", new ChangeEntry { Key = "k", Version = 2, Kind = ChangeKind.Stored, Value = "2"u8.ToArray(), Previous = 1 });
        Assert.Equal("stored k 2", await watcher.Told());
        Assert.Equal("stored k 3", await watcher.Told());
    }

    [Fact]
    public async Task AChangeThatNobodyTells_IsCountedAsSkipped()
    {
        _store.Commit("k");
        await using var hub = new HubHarness(_store);
        using var watcher = await hub.Watch("k");
        await watcher.Told();
        _store.Commit("k", by: null);
        _store.Commit("k", by: null);
        _store.Commit("k", by: "b");
        Assert.Equal("stored k 4+2", await watcher.Told());
        _store.Commit("k", by: "b");
        Assert.Equal("stored k 5", await watcher.Told());
    }

    [Fact]
    public async Task AHintWithoutAChange_IsReadAndTold()
    {
        _store.Commit("k");
        await using var hub = new HubHarness(_store);
        using var watcher = await hub.Watch("k");
        await watcher.Told();
        // The proposer has died with the change untold; a replica elsewhere has it.
        _store.Commit("k", by: null, hinting: "b");
        Assert.Equal("stored k 2", await watcher.Told());
        _store.Commit("k", ChangeKind.Deleted, by: null, hinting: "c");
        Assert.Equal("deleted k 3", await watcher.Told());
    }

    [Fact]
    public async Task AHintOfANewKey_IsReadAndToldToThePrefix()
    {
        await using var hub = new HubHarness(_store);
        using var watcher = await hub.Watch(prefix: "");
        await watcher.Told();
        _store.Commit("k", by: null, hinting: "b");
        Assert.Equal("stored k 1", await watcher.Told());
    }

    [Fact]
    public async Task AHintWhoseReadFails_IsReadAgain()
    {
        _store.Commit("k");
        await using var hub = new HubHarness(_store, options => options.ReadPause = TimeSpan.FromMilliseconds(30));
        using var watcher = await hub.Watch("k");
        await watcher.Told();
        _store.ReadProblem = Problem.Later(503, ProblemCode.NoQuorum, "no");
        var before = _store.Reads;
        _store.Commit("k", by: null, hinting: "b");
        await Eventually(() => _store.Reads > before + 1, "more than one read");
        _store.ReadProblem = null;
        Assert.Equal("stored k 2", await watcher.Told());
    }

    [Fact]
    public async Task ASiloThatOverflowed_LeavesNoKeyBehind()
    {
        await using var hub = new HubHarness(_store);
        for (var i = 0; i < 20; i++) _store.Commit($"k{i}");
        using var watcher = await hub.Watch(prefix: "k");
        while (await watcher.Told() != "ready") { }
        for (var i = 0; i < 20; i++) _store.Commit($"k{i}", by: null);
        _store.Commit("knew", by: null);
        _store.Commit("k3", ChangeKind.Deleted, by: null);
        _store.Overflow("b");
        await Sees(watcher, [.. Enumerable.Range(0, 20).Where(i => i != 3).Select(i => ($"k{i}", 2L)), ("k3", 3), ("knew", 1)]);
    }

    [Fact]
    public async Task ASiloThatIsRestarted_LeavesNoKeyBehind()
    {
        _store.Commit("k");
        await using var hub = new HubHarness(_store, options => options.FeedPause = TimeSpan.FromMilliseconds(10));
        using var watcher = await hub.Watch("k");
        await watcher.Told();
        _store.Break("b");
        _store.Commit("k", by: null);
        _store.Restart("b");
        Assert.Equal("stored k 2", await watcher.Told());
        await Eventually(() => _store.IsFollowed("b", "k"), "b to follow k");
        _store.Commit("k", by: "b");
        Assert.Equal("stored k 3", await watcher.Told());
    }

    [Fact]
    public async Task ASiloThatIsRemoved_LeavesNoKeyBehind()
    {
        _store.Commit("k");
        await using var hub = new HubHarness(_store);
        using var watcher = await hub.Watch("k");
        await watcher.Told();
        _store.Commit("k", by: null);
        _store.Remove("b");
        Assert.Equal("stored k 2", await watcher.Told());
    }

    [Fact]
    public async Task ASiloThatDoesNotAnswerAtFirst_IsNotWaitedForAndCaughtUpWith()
    {
        _store.Commit("k");
        _store.Break("c");
        await using var hub = new HubHarness(_store, options => options.FeedPause = TimeSpan.FromMilliseconds(10));
        using var watcher = await hub.Watch("k");
        Assert.Equal("current k 1", await watcher.Told());
        // Told by nobody: c does not follow yet.
        _store.Commit("k", by: "c");
        _store.Restart("c");
        Assert.Equal("stored k 2", await watcher.Told());
    }

    [Fact]
    public async Task WithoutAnyFeed_ItIsRefused()
    {
        foreach (var silo in (string[])["a", "b", "c"]) _store.Break(silo);
        await using var hub = new HubHarness(_store);
        Assert.Equal((503, "unavailable"), Of(await hub.Refused("k")));
        Assert.Equal(0, hub.Hub.Watchers);
    }

    [Fact]
    public async Task AKeyThatCannotBeRead_IsRefused()
    {
        _store.ReadProblem = Problem.Later(503, ProblemCode.NoQuorum, "no");
        await using var hub = new HubHarness(_store);
        Assert.Equal((503, "no-quorum"), Of(await hub.Refused("k")));
        Assert.Equal((503, "no-quorum"), Of(await hub.Refused(prefix: "k")));
    }

    [Fact]
    public async Task MoreWatchersOrKeysThanAreTaken_AreRefused()
    {
        for (var i = 0; i < 8; i++) _store.Commit($"k{i}");
        await using var hub = new HubHarness(_store, options => (options.MaxWatchers, options.MaxKeysPerPrefix) = (1, 7));
        Assert.Equal((400, "too-many-keys"), Of(await hub.Refused(prefix: "k")));
        using var first = await hub.Watch("k1");
        Assert.Equal((429, "overloaded"), Of(await hub.Refused("k2")));
        first.Dispose();
        using var second = await hub.Watch("k2");
    }

    [Fact]
    public async Task AWatcherWhoTakesNothing_IsCutWithAReasonAndTheOthersAreNot()
    {
        await using var hub = new HubHarness(_store, options => options.MaxWaitingEvents = 10);
        using var slow = await hub.Watch("k");
        using var quick = await hub.Watch("k");
        Assert.Equal("absent k 0", await slow.Told());
        Assert.Equal("absent k 0", await quick.Told());
        for (var i = 1; i <= 30; i++)
        {
            _store.Commit("k");
            Assert.Equal($"stored k {i}", await quick.Told());
        }

        Assert.Equal("nothing", await slow.Told());
        Assert.Equal((429, "too-slow"), Of(slow.Watcher.Cut!));
        Assert.Null(quick.Watcher.Cut);
    }

    [Fact]
    public async Task AWatcherWhoComesBack_IsToldOnlyWhatIsNew()
    {
        for (var i = 0; i < 5; i++) _store.Commit("k");
        await using var hub = new HubHarness(_store);
        using var same = await hub.Watch("k", from: 5);
        using var older = await hub.Watch("k", from: 2);
        using var newer = await hub.Watch("k", from: 9);
        Assert.Equal("stored k 5+2", await older.Told());
        // The store has less than the watcher knows: what is there is the beginning.
        Assert.Equal("current k 5", await newer.Told());
        _store.Commit("k", ChangeKind.Deleted);
        foreach (var watcher in (HubHarness.Follower[])[same, older, newer]) Assert.Equal("deleted k 6", await watcher.Told());
        using var after = await hub.Watch("k", from: 5);
        Assert.Equal("deleted k 6", await after.Told());
    }

    [Fact]
    public async Task AChangeDuringTheFirstRead_IsToldOnceAndAfterIt()
    {
        _store.Commit("k");
        var read = new TaskCompletionSource();
        _store.ReadGate = read.Task;
        await using var hub = new HubHarness(_store);
        var watching = hub.Watch("k");
        await Eventually(() => _store.IsFollowed("c", "k") && _store.IsFollowed("a", "k"), "a and c to follow k");
        _store.Commit("k");
        _store.Commit("k", by: "c");
        read.SetResult();
        using var watcher = await watching;
        Assert.Equal("current k 3", await watcher.Told());
        _store.Commit("k");
        Assert.Equal("stored k 4", await watcher.Told());
    }

    [Fact]
    public async Task WhoComesLater_TakesNothingFromThoseBefore()
    {
        _store.Commit("k");
        await using var hub = new HubHarness(_store);
        using var first = await hub.Watch("k");
        await first.Told();
        // The second one's read is ahead of what the feeds have told.
        _store.Commit("k", by: null);
        _store.Commit("k", by: null);
        using var second = await hub.Watch(prefix: "");
        Assert.Equal("current k 3", await second.Told());
        Assert.Equal("ready", await second.Told());
        _store.Tell("b", new ChangeEntry { Key = "k", Version = 2, Kind = ChangeKind.Stored, Value = "2"u8.ToArray(), Previous = 1 });
        _store.Tell("c", new ChangeEntry { Key = "k", Version = 3, Kind = ChangeKind.Stored, Value = "3"u8.ToArray(), Previous = 2 });
        _store.Commit("k");
        Assert.Equal(["stored k 2", "stored k 3", "stored k 4"], [await first.Told(), await first.Told(), await first.Told()]);
        Assert.Equal("stored k 4", await second.Told());
    }

    [Fact]
    public async Task WhatNobodyWatches_IsAskedOfNoSilo()
    {
        await using var hub = new HubHarness(_store, options => options.Linger = TimeSpan.FromSeconds(30));
        using var first = await hub.Watch("k");
        using (await hub.Watch(prefix: "p/")) Assert.True(_store.IsFollowed("a", "p/1"));
        await Eventually(() => !_store.IsFollowed("a", "p/1"), "a to follow p/ no longer");
        Assert.True(_store.IsFollowed("a", "k"));
    }

    /// <summary>Changes by all silos in any order, untold ones, hints, overflows and restarts, with watchers who come in between: whatever happens, versions rise and end at the last.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task WhateverHappens_VersionsRiseAndEndAtTheLast(int seed)
    {
        var random = new Random(seed);
        string[] silos = ["a", "b", "c"];
        await using var hub = new HubHarness(_store, options => options.FeedPause = TimeSpan.FromMilliseconds(5));
        var followers = new List<HubHarness.Follower>();
        for (var step = 0; step < 600; step++)
        {
            var key = $"k{random.Next(12)}";
            var by = random.Next(10) == 0 ? null : silos[random.Next(3)];
            _store.Commit(key, (ChangeKind)random.Next(3), by, hinting: silos[random.Next(3)]);
            if (step % 100 == 50) followers.Add(await hub.Watch(prefix: random.Next(2) == 0 ? "" : "k"));
            if (step % 150 == 70) followers.Add(await hub.Watch("k1"));
            if (random.Next(100) == 0) _store.Overflow(silos[random.Next(3)]);
            if (random.Next(150) == 0) _store.Restart(silos[random.Next(3)]);
            if (random.Next(4) == 0) await Task.Delay(1);
        }

        var last = new Dictionary<string, long>();
        for (var i = 0; i < 12; i++) last[$"k{i}"] = _store.Commit($"k{i}", by: null, hinting: "b");
        foreach (var follower in followers)
        {
            await Sees(follower, [.. last.Where(each => follower.Watcher.Query.Includes(each.Key)).Select(each => (each.Key, each.Value))]);
            follower.Dispose();
        }
    }

    private static (int, string) Of(Problem problem) => (problem.Status, problem.Code);

    private static async Task Sees(HubHarness.Follower watcher, (string Key, long Version)[] expected)
    {
        var last = new Dictionary<string, long>();
        var seen = 0;
        var waiting = expected.ToDictionary(each => each.Key, each => each.Version);
        while (waiting.Count > 0)
        {
            WatchEvent? next;
            try
            {
                next = await watcher.Next();
            }
            catch (TimeoutException)
            {
                Assert.Fail($"expected {string.Join(", ", waiting)}; after {seen} events saw {string.Join(", ", last)}");
                return;
            }

            Assert.NotNull(next);
            if (next.Kind == WatchEventKind.Ready) continue;
            seen++;
            Assert.True(next.Version > last.GetValueOrDefault(next.Key, -1), $"{next.Key}: {next.Kind} {next.Version} after {last.GetValueOrDefault(next.Key)}");
            Assert.True(next.Skipped == 0 || last.GetValueOrDefault(next.Key) + next.Skipped < next.Version, $"{next.Key}: {next.Version} skips {next.Skipped} after {last.GetValueOrDefault(next.Key)}");
            last[next.Key] = next.Version;
            if (waiting.TryGetValue(next.Key, out var version) && next.Version == version) waiting.Remove(next.Key);
        }
    }

    private static async Task Eventually(Func<bool> holds, string expected)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Deadline, $"expected within {Deadline}: {expected}");
            await Task.Delay(5);
        }
    }
}
