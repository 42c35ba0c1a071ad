using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Migration;

/// <summary>One slot's way into the newest generation: what is asked of whom, what is enough, and what nothing can replace.</summary>
public sealed class SlotMigrationTests
{
    private static readonly string[] All = ["a", "b", "c", "d", "e", "f"];

    private static ScriptedSlot Create(string map, SlotMigrationOptions? options = null, Faults faults = Faults.None) => new(ScriptedSlot.Maps(map), options, faults);

    private static string[] Asked(ScriptedSlot slot) => [.. slot.Sent.Select(static send => send.Node.Name).Order(StringComparer.Ordinal)];

    private static string[] Names(IEnumerable<NodeId> nodes) => [.. nodes.Select(static node => node.Name).Order(StringComparer.Ordinal)];

    [Fact]
    public void EmptySlot_IsDone_WhenEveryOlderGenerationIsSealed()
    {
        var slot = Create("a b c|a b d").Begin();
        Assert.Equal(["a", "b", "c"], Asked(slot));
        slot.Answer("a");
        Assert.False(slot.Migration.IsDone);
        slot.Answer("c");
        Assert.True(slot.Migration.IsDone);
        Assert.Equal(Moment.Never, slot.Migration.WakeAt);
        Assert.Null(slot.Migration.Waiting());
    }

    /// <summary>Each older generation needs its own r, and the newest one's nodes do not count for it.</summary>
    [Fact]
    public void OneUnsealedGeneration_HoldsTheSlot_AndIsNamed()
    {
        var slot = Create("a b c|c d e|d e f").Begin().Answer("a", "b", "e", "f");
        var wait = slot.Migration.Waiting()!;
        Assert.Equal((MigrationStep.Sealing, 1, 1), (wait.Step, wait.Generation, wait.Lacking));
        Assert.Equal(["c", "d"], Names(wait.Nodes));
        Assert.Contains("generation 1", wait.ToString(), StringComparison.Ordinal);
        slot.Answer("c");
        Assert.True(slot.Migration.IsDone);
    }

    [Fact]
    public void LostNodes_AreNotListed_NorWaitedFor()
    {
        var slot = Create("a b! c!|a d").Hold("a", 0, 1).Begin();
        Assert.Equal(["a"], Asked(slot));
        slot.Answer("a");
        Assert.Equal(["d"], Names(Assert.Single(slot.TakeKeys()).Missing));
        Assert.True(Create("a! b! c!|d").Migration.IsDone);
    }

    [Fact]
    public void NoKeyIsHandedOut_BeforeTheSeal()
    {
        var slot = Create("a b c|a b d").Hold("a", 0, 1).Hold("b", 0, 1).Begin().Answer("a");
        Assert.Empty(slot.TakeKeys());
        slot.Answer("b");
        Assert.Single(slot.TakeKeys());
    }

    /// <summary>The highest ballot of any listing counts, and who is known to hold it; promises alone are nothing to move.</summary>
    [Fact]
    public void Keys_AreHandedOut_WithTheHighestBallotAndThoseWhoLackIt()
    {
        var slot = Create("a b c|a b d").Begin();
        slot.Hold("a", 0, 1).Hold("b", 0, 2).Hold("c", 0, 2).Hold("a", 1, 3).Hold("b", 1, 3).Hold("c", 2, 1).Hold("a", 3, 0);
        slot.Answer("a", "b", "c");
        var keys = slot.TakeKeys().ToDictionary(static key => key.Key);
        Assert.Equal(2, keys.Count);
        var first = keys[ScriptedSlot.KeyAt(0)];
        // Only one of those that were listed has it: it may never have been committed, so redelivering it could choose what nobody has chosen.
        Assert.Equal((Samples.Ballot(2), 1, true), (first.AtLeast, first.AcksNeeded, first.MustSettle));
        Assert.Equal(["a", "d"], Names(first.Missing));
        var second = keys[ScriptedSlot.KeyAt(1)];
        Assert.Equal((Samples.Ballot(3), 0, false), (second.AtLeast, second.AcksNeeded, second.MustSettle));
        Assert.Equal(["d"], Names(second.Missing));
    }

    /// <summary>A third listing is not waited for; what only it would have shown was never committed.</summary>
    [Fact]
    public void TwoOfThreeListings_AreEnough_AndLateOnesChangeNothing()
    {
        var slot = Create("a b c|a b d").Hold("a", 0, 1).Hold("c", 0, 9).Hold("c", 1, 9).Begin();
        var late = slot.Sent.Single(static send => send.Node.Name == "c");
        slot.Answer("a", "b");
        slot.AnswerTo(late);
        Assert.Equal(Samples.Ballot(1), Assert.Single(slot.TakeKeys()).AtLeast);
        Assert.Equal(1, slot.Migration.KeysToMove);
    }

    [Fact]
    public void WhatAllNewReplicasHold_NeedsNoMoving()
    {
        var slot = Create("a b c|a b").Hold("a", 0, 1).Hold("b", 0, 1).Begin().Answer("a", "b");
        Assert.True(slot.Migration.IsDone);
        Assert.Equal(0, slot.Migration.KeysToMove);
        // The same ballots, but known of one node alone.
        slot = Create("a b c|a b").Hold("a", 0, 1).Hold("c", 0, 1).Begin().Answer("a", "c");
        Assert.Equal(["b"], Names(Assert.Single(slot.TakeKeys()).Missing));
    }

    [Fact]
    public void CorruptCopies_AreNotCountedOn_ButTheirBallotIs()
    {
        var slot = Create("a b c|a b d").Begin();
        foreach (var send in slot.Sent.ToList().Where(static send => send.Node.Name is "a" or "b"))
        {
            var register = new ListedRegister(ScriptedSlot.KeyAt(0), default, Samples.Ballot(send.Node.Name == "a" ? 2 : 1), 1, false, IsCorrupt: send.Node.Name == "a");
            slot.Migration.Receive(send.Node, new ListedReply(send.Request.Round, default, [register], null), slot.Now);
        }

        var key = Assert.Single(slot.TakeKeys());
        Assert.Equal((Samples.Ballot(2), 2), (key.AtLeast, key.AcksNeeded));
        Assert.Equal(["a", "b", "d"], Names(key.Missing));
    }

    [Fact]
    public void Pages_AreFollowedToTheEnd()
    {
        var slot = Create("a b c|a b d", new SlotMigrationOptions { PageEntries = 7 });
        for (var key = 0; key < 40; key++)
            slot.Hold("a", key, 1).Hold(key % 2 == 0 ? "b" : "c", key, 1);
        slot.Begin().Answer("a", "b");
        Assert.Equal(40, slot.TakeKeys().Count);
        Assert.Equal(6 + 3, slot.Answered);
    }

    [Fact]
    public void SilentAndFailedNodes_AreAskedAgain_FromThePageTheyWereAt()
    {
        var options = new SlotMigrationOptions { PageEntries = 2, RequestTimeoutMilliseconds = 1_000, RetryMilliseconds = 100 };
        var slot = Create("a b|c", options);
        for (var key = 0; key < 4; key++)
            slot.Hold("a", key, 1);
        slot.Begin();
        var first = slot.Sent.Single(static send => send.Node.Name == "a");
        slot.Sent.Clear();
        slot.AnswerTo(first);
        var second = Assert.Single(slot.Sent);
        slot.Sent.Clear();

        // Lost; then refused by the transport; the page is the same.
        Assert.Equal(1_000, slot.Migration.WakeAt);
        Assert.Empty(slot.Wait(999).Sent);
        var again = slot.Wait(1).Sent.Single(static send => send.Node.Name == "a");
        Assert.Equal(((ListRequest)second.Request).After, ((ListRequest)again.Request).After);
        slot.Sent.Clear();
        slot.Migration.Fail(second.Node, second.Request.Round, slot.Now);
        Assert.Empty(slot.Wait(100).Sent);
        slot.Migration.Fail(again.Node, again.Request.Round, slot.Now);
        again = slot.Wait(100).Sent.Single();
        Assert.Equal(((ListRequest)second.Request).After, ((ListRequest)again.Request).After);

        // Repeated and outdated answers count for nothing.
        slot.Sent.Clear();
        slot.AnswerTo(first);
        slot.AnswerTo(second);
        Assert.False(slot.Migration.IsDone);
        Assert.Empty(slot.TakeKeys());
        slot.AnswerTo(again);
        Assert.Empty(slot.TakeKeys());
        Assert.Equal(4, slot.Wait(20).TakeKeys().Count);
    }

    /// <summary>With two nodes one listing seals, and two show what is committed: the second is waited for, but not for long, and not at all once it has failed.</summary>
    [Fact]
    public void ListingsBeyondTheSeal_AreWaitedForALittle_WhereTheySaveSettling()
    {
        ScriptedSlot Sealed() => Create("a b|a b c", new SlotMigrationOptions { LingerMilliseconds = 20 }).Hold("a", 0, 1).Hold("b", 0, 1).Begin().Answer("a");
        var slot = Sealed();
        Assert.Empty(slot.TakeKeys());
        Assert.Equal(20, slot.Migration.WakeAt);
        Assert.False(Assert.Single(slot.Answer("b").TakeKeys()).MustSettle);
        Assert.True(Assert.Single(Sealed().Wait(20).TakeKeys()).MustSettle);
        slot = Sealed();
        slot.Migration.Fail(slot.Sent[0].Node, slot.Sent[0].Request.Round, slot.Now);
        Assert.True(Assert.Single(slot.TakeKeys()).MustSettle);
    }

    [Fact]
    public void KeyThatFailed_ComesAgainAfterAPause_ToBeSettled()
    {
        var slot = Create("a b c|a b d", new SlotMigrationOptions { RetryMilliseconds = 100 })
            .Hold("a", 0, 1).Hold("b", 0, 1).Hold("a", 1, 1).Hold("b", 1, 1).Begin().Answer("a", "b");
        Assert.All(slot.TakeKeys(), static key => Assert.False(key.MustSettle));
        slot.Settle(0, isSettled: false).Settle(1);
        Assert.Equal((2, 1), (slot.Migration.KeysToMove, slot.Migration.KeysMoved));
        Assert.Equal(1, slot.Migration.Waiting()!.Lacking);
        Assert.Empty(slot.Wait(99).TakeKeys());
        Assert.Equal(100, slot.Migration.WakeAt);
        var again = Assert.Single(slot.Wait(1).TakeKeys());
        Assert.True(again.MustSettle);
        Assert.Equal(Moment.Never, slot.Migration.WakeAt);
        slot.Settle(0);
        Assert.True(slot.Migration.IsDone);
        slot.Settle(0, isSettled: false);
        Assert.Equal((2, true), (slot.Migration.KeysMoved, slot.Migration.IsDone));
    }

    /// <summary>The highest floor of all listings goes to w of the new replicas, after the keys: before, it would refuse what is redelivered.</summary>
    [Fact]
    public void Floors_FollowTheKeys_ToAWriteQuorumOfTheNewest()
    {
        var slot = Create("a b c|a d e").Floor("a", 3).Floor("b", 7).Floor("d", 9).Hold("a", 0, 1).Begin().Answer("a", "b");
        Assert.DoesNotContain(slot.Sent, static send => send.Request is FloorRequest);
        slot.Sent.Clear();
        Assert.Single(slot.TakeKeys());
        slot.Settle(0);
        Assert.Equal(["a", "d", "e"], Asked(slot));
        slot.Answer("a");
        var wait = slot.Migration.Waiting()!;
        Assert.Equal((MigrationStep.RaisingFloors, 1, 1), (wait.Step, wait.Generation, wait.Lacking));
        Assert.Equal(["d", "e"], Names(wait.Nodes));
        slot.Answer("d");
        Assert.True(slot.Migration.IsDone);
        Assert.Equal((7, 9, 0), (slot.FloorOf("a").Version, slot.FloorOf("d").Version, slot.FloorOf("e").Version));
    }

    [Fact]
    public void LostFloorRequest_IsSentAgain()
    {
        var slot = Create("a|b", new SlotMigrationOptions { RequestTimeoutMilliseconds = 500 }).Floor("a", 3).Begin().Answer("a");
        slot.Sent.Clear();
        Assert.Equal(500, slot.Migration.WakeAt);
        slot.Wait(500).Answer("b");
        Assert.True(slot.Migration.IsDone);
        Assert.Equal(3, slot.FloorOf("b").Version);
    }

    [Fact]
    public void FloorsNotMoved_IsAFaultThatIsReallyThere()
    {
        var slot = Create("a b c|d e f", faults: Faults.FloorsNotMoved).Floor("a", 3).Begin().Answer("a", "b");
        Assert.True(slot.Migration.IsDone);
        Assert.Equal(Floor.None, slot.FloorOf("d"));
    }

    [Fact]
    public void NewerMap_EndsIt()
    {
        var slot = Create("a b c|a b d").Hold("a", 0, 1).Begin().Answer("a", "b");
        var newer = new ClusterMap(new Epoch(4), ConsistencyMode.Consistent, slot.Map.Generations);
        var node = Maps.Node("c");
        slot.Migration.Receive(node, new StaleSlotReply(1, slot.Map), slot.Now);
        Assert.Null(slot.Migration.NewerMap);
        slot.Migration.Receive(node, new StaleSlotReply(1, newer), slot.Now);
        Assert.Same(newer, slot.Migration.NewerMap);
        slot.Sent.Clear();
        Assert.Empty(slot.TakeKeys());
        Assert.Empty(slot.Wait(10_000).Sent);
        Assert.Equal(Moment.Never, slot.Migration.WakeAt);
        Assert.False(slot.Migration.IsDone);
    }

    [Fact]
    public void ListingThatGoesInCircles_IsABrokenNode()
    {
        var slot = Create("a|b").Begin();
        var key = ScriptedSlot.KeyAt(4);
        ListedReply Page(long round) => new(round, default, [new ListedRegister(key, default, default, 0, false, false)], key);
        slot.Migration.Receive(Maps.Node("a"), Page(slot.Sent[0].Request.Round), slot.Now);
        slot.Migration.TryTakeSend(out var second);
        Assert.Throws<InvariantViolationException>(() => slot.Migration.Receive(Maps.Node("a"), Page(second.Request.Round), slot.Now));
    }

    /// <summary>Whatever is lost, repeated, late or silent: it ends, with every key settled and the floor on w nodes, once the network lets it.</summary>
    [Fact]
    public void AnyWeather_EndsWithEverythingMoved()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var slot = Create("a b c|b c d|d e f", new SlotMigrationOptions { PageEntries = 1 + random.Next(5), RequestTimeoutMilliseconds = 300, RetryMilliseconds = 20 });
            var keys = random.Next(20);
            for (var key = 0; key < keys; key++)
            {
                foreach (var node in All.Where(_ => random.Next(2) == 0))
                    slot.Hold(node, key, 1 + random.Next(3));
            }

            foreach (var node in All.Where(_ => random.Next(2) == 0))
                slot.Floor(node, 1 + random.Next(5));
            var settled = new HashSet<Key>();
            var kept = new List<SlotSend>();
            slot.Begin();
            for (var step = 0; !slot.Migration.IsDone; step++)
            {
                Assert.True(step < 5_000, $"seed {seed}: {slot.Migration.Waiting()}");
                var calm = step > 500;
                foreach (var send in slot.Sent.ToList())
                {
                    slot.Sent.Remove(send);
                    kept.Add(send);
                    var fate = calm ? 9 : random.Next(10);
                    if (fate == 0)
                        slot.Migration.Fail(send.Node, send.Request.Round, slot.Now);
                    else if (fate > 2)
                        slot.AnswerTo(kept[fate > 5 ? kept.Count - 1 : random.Next(kept.Count)]);
                }

                foreach (var key in slot.TakeKeys())
                {
                    var ok = calm || random.Next(3) > 0;
                    Assert.True(!ok || settled.Add(key.Key), $"seed {seed}: {key.Key} again");
                    slot.Migration.Settled(key.Key, ok, slot.Now);
                }

                slot.Wait(1 + random.Next(30));
            }

            Assert.Equal((settled.Count, settled.Count), (slot.Migration.KeysMoved, slot.Migration.KeysToMove));
        }
    }

    [Theory]
    [InlineData("a b c", false)]
    [InlineData("a b c|a b c", false)]
    [InlineData("a b c|a b d", true)]
    [InlineData("a b c|a b", true)]
    [InlineData("a b c|a b d|a b c", true)]
    public void IsNeeded_WhereTheReplicaSetsDiffer(string map, bool expected) => Assert.Equal(expected, SlotMigration.IsNeeded(ScriptedSlot.Maps(map), ScriptedSlot.Slot));

    [Fact]
    public void IsNeeded_WhereTheWriteQuorumsDiffer_AndNotInSlotsThatKeepTheirNodes()
    {
        NodeId[] nodes = [Maps.Node("a"), Maps.Node("b"), Maps.Node("c")];
        var changed = new ClusterMap(new Epoch(2), ConsistencyMode.Consistent, [new Generation(nodes, WriteQuorum.Majority), new Generation(nodes, WriteQuorum.All)]);
        Assert.True(SlotMigration.IsNeeded(changed, ScriptedSlot.Slot));

        var four = Enumerable.Range(0, 4).Select(static i => Maps.Node($"n{i}")).ToList();
        var grown = new ClusterMap(new Epoch(2), ConsistencyMode.Consistent, [new Generation(four), new Generation(four.Append(Maps.Node("n4")))]);
        var slots = Enumerable.Range(0, Slot.Count).Select(static i => new Slot((ushort)i)).ToList();
        Assert.All(slots, slot => Assert.Equal(grown[slot].Replicas.Contains(Maps.Node("n4")), SlotMigration.IsNeeded(grown, slot)));
        Assert.InRange(slots.Count(slot => SlotMigration.IsNeeded(grown, slot)), 1, Slot.Count - 1);
    }

    [Fact]
    public void BadOptions_AreAllNamedAtOnce()
    {
        var bad = new SlotMigrationOptions { PageEntries = 0, RequestTimeoutMilliseconds = 0, RetryMilliseconds = 0 };
        var fault = Assert.Throws<ArgumentException>(bad.Validate);
        foreach (var name in new[] { nameof(bad.PageEntries), nameof(bad.RequestTimeoutMilliseconds), nameof(bad.RetryMilliseconds) })
            Assert.Contains(name, fault.Message, StringComparison.Ordinal);
        new SlotMigrationOptions().Validate();
    }
}
