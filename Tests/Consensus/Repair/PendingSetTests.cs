using Orleans.Kv.Consensus;
using Orleans.Kv.Tests.Consensus.Slots;

namespace Orleans.Kv.Tests.Consensus.Repair;

public sealed class PendingSetTests
{
    private static readonly Key[] Keys = SlotKeys.All[..6];

    [Fact]
    public void KeyAddedWhileItsReplayIsUnderWay_StaysOwed()
    {
        var set = new PendingSet();
        set.Add(Keys[0], 100, now: 1);
        Assert.True(set.TryTake(out PendingKey first));
        set.Add(Keys[0], 120, now: 2);
        set.Done(first);
        Assert.Equal((1, 120L, 1L), (set.Keys, set.Bytes, set.Oldest!.Value));

        Assert.True(set.TryTake(out PendingKey second));
        Assert.Equal(Keys[0], second.Key);
        set.Done(second);
        Assert.True(set.IsEmpty);
        Assert.Equal((0L, null), (set.Bytes, set.Oldest));
    }

    [Fact]
    public void KeyAddedWhileItWaits_IsOwedOnce()
    {
        var set = new PendingSet();
        set.Add(Keys[0], 100, 1);
        set.Add(Keys[0], 100, 2);
        Assert.True(set.TryTake(out PendingKey taken));
        Assert.False(set.TryTake(out PendingKey _));
        set.Done(taken);
        Assert.True(set.IsEmpty);
    }

    [Fact]
    public void FailedReplay_GoesToTheEndOfTheLine_Once()
    {
        var set = new PendingSet();
        set.Add(Keys[0], 1, 1);
        set.Add(Keys[1], 1, 1);
        Assert.True(set.TryTake(out PendingKey first));
        set.Return(first);
        set.Return(first);
        Assert.True(set.TryTake(out PendingKey next));
        Assert.Equal(Keys[1], next.Key);
        Assert.True(set.TryTake(out PendingKey again));
        Assert.Equal(first, again);
        Assert.False(set.TryTake(out PendingKey _));
    }

    [Fact]
    public void PastTheBound_WholeSlotsAreOwed()
    {
        var set = new PendingSet(maxKeys: 2);
        set.Add(Keys[0], 10, 1);
        set.Add(Keys[1], 10, 2);
        set.Add(Keys[2], 10, 3);
        set.Add(Keys[3], 10, 4);
        set.Add(Keys[0], 10, 5);
        Assert.Equal((2, 1, 20L), (set.Keys, set.Slots, set.Bytes));

        Assert.True(set.TryTake(out PendingSlot slot));
        Assert.Equal(Keys[2].Slot, slot.Slot);
        // Missed again while the slot is compared: the comparison may have passed it by.
        set.Add(Keys[4], 10, 6);
        set.Done(slot);
        Assert.Equal(1, set.Slots);
        Assert.True(set.TryTake(out PendingSlot once));
        set.Done(once);
        Assert.Equal(0, set.Slots);
    }

    /// <summary>Whatever the order of calls, against a list of what was added and what was reported when.</summary>
    [Fact]
    public void Set_AgreesWithANaiveOne_WhateverComes()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var set = new PendingSet(maxKeys: 4);
            var owed = new Dictionary<Key, (long Since, long Added, int Bytes)>();
            var slotAdded = 0L;
            var underWay = new List<(PendingKey Taken, long At)>();
            for (var now = 1L; now < 60; now++)
            {
                var key = Keys[random.Next(Keys.Length)];
                switch (random.Next(4))
                {
                    case 0 or 1:
                        set.Add(key, random.Next(50), now);
                        if (owed.Count == 4 && !owed.ContainsKey(key))
                            slotAdded = slotAdded == 0 ? now : slotAdded;
                        else
                            owed[key] = (owed.TryGetValue(key, out var before) ? before.Since : now, now, 0);
                        break;
                    case 2 when set.TryTake(out PendingKey taken):
                        Assert.True(owed.ContainsKey(taken.Key), $"seed {seed}: {taken.Key} was handed out and not owed");
                        underWay.Add((taken, now));
                        break;
                    case 3 when underWay.Count > 0:
                        var (report, at) = underWay[random.Next(underWay.Count)];
                        underWay.Remove((report, at));
                        if (random.Next(3) == 0)
                        {
                            set.Return(report);
                            break;
                        }

                        set.Done(report);
                        if (owed.TryGetValue(report.Key, out var debt) && debt.Added < at)
                            owed.Remove(report.Key);
                        break;
                }

                Assert.Equal((owed.Count, slotAdded == 0 ? 0 : 1), (set.Keys, set.Slots));
                var since = owed.Values.Select(static debt => debt.Since).Append(slotAdded == 0 ? long.MaxValue : slotAdded).Min();
                Assert.Equal(since == long.MaxValue ? null : since, set.Oldest);
            }

            // All that is owed can be taken, each once, and then nothing is left.
            foreach (var (taken, _) in underWay)
                set.Return(taken);
            var last = new List<Key>();
            while (set.TryTake(out PendingKey taken))
            {
                last.Add(taken.Key);
                set.Done(taken);
            }

            Assert.Equal(owed.Keys.Order(), last.Order());
            Assert.Equal((0, 0L), (set.Keys, set.Bytes));
        }
    }
}
