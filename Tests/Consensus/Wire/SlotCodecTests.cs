using System.Collections.Immutable;
using Orleans.Kv.Consensus;
using Orleans.Kv.Tests.Consensus.Slots;

namespace Orleans.Kv.Tests.Consensus.Wire;

public sealed class SlotCodecTests
{
    private const int Rounds = 2_000;

    [Fact]
    public void Requests_ComeBackAsTheyWere()
    {
        var samples = new Samples(21);
        for (var round = 0; round < Rounds; round++)
        {
            var sent = Request(samples);
            var read = SlotCodec.ReadRequest(SlotCodec.Write(sent), FrameOwnership.Borrowed);
            Assert.Equal(Show(sent), Show(read));
        }
    }

    [Fact]
    public void Replies_ComeBackAsTheyWere()
    {
        var samples = new Samples(22);
        for (var round = 0; round < Rounds; round++)
        {
            var sent = Reply(samples);
            Assert.Equal(Show(sent), Show(SlotCodec.ReadReply(SlotCodec.Write(sent))));
        }
    }

    [Fact]
    public void TruncatedFrames_AreRefusedWithAPosition()
    {
        var samples = new Samples(23);
        for (var round = 0; round < 60; round++)
        {
            var frame = round % 2 == 0 ? SlotCodec.Write(Request(samples)) : SlotCodec.Write(Reply(samples));
            for (var length = 0; length < frame.Length; length++)
            {
                var fault = Assert.Throws<FrameFormatException>(() => Read(frame[..length], round % 2 == 0));
                Assert.InRange(fault.Position, 0, length);
            }
        }
    }

    [Fact]
    public void TrailingBytes_AreRefused()
    {
        byte[] frame = [.. SlotCodec.Write(new FloorReply(1)), 0];
        Assert.Contains("too many", Assert.Throws<FrameFormatException>(() => SlotCodec.ReadReply(frame)).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void MangledFrames_NeverCrashTheDecoder()
    {
        var samples = new Samples(24);
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var isRequest = round % 2 == 0;
            var frame = isRequest ? SlotCodec.Write(Request(samples)) : SlotCodec.Write(Reply(samples));
            for (var flips = 1 + samples.Below(4); flips > 0; flips--)
                frame[samples.Below(frame.Length)] = (byte)samples.Below(256);
            try
            {
                // A frame that is taken in means one thing: written again it is the same, but for the order of a map's nodes.
                var again = Read(frame, isRequest);
                if (again is not null)
                    Assert.Equal(frame, again);
            }
            catch (FrameFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1_000, 19_999);
    }

    [Fact]
    public void Noise_NeverCrashesTheDecoder()
    {
        var samples = new Samples(25);
        for (var round = 0; round < 20_000; round++)
        {
            byte[] frame = [FrameCodec.Version, (byte)(3 + samples.Below(2)), (byte)samples.Below(24), .. samples.Bytes(60)];
            Assert.ThrowsAny<FrameFormatException>(() =>
            {
                SlotCodec.ReadRequest(frame, FrameOwnership.Owned);
                SlotCodec.ReadReply(frame);
            });
        }
    }

    [Theory]
    [InlineData(0, 9, "another version")]
    [InlineData(1, 1, "another kind")]
    [InlineData(2, 77, "unknown kind")]
    public void WrongHead_IsNamed(int at, byte value, string fault)
    {
        var frame = SlotCodec.Write(new ListRequest(SlotKeys.Slot, new Epoch(1), 1, null, 10));
        frame[at] = value;
        Assert.Contains(fault, Assert.Throws<FrameFormatException>(() => SlotCodec.ReadRequest(frame, FrameOwnership.Owned)).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void LyingCounts_AreRefusedBeforeAnythingIsAllocated()
    {
        // Version, reply, listed, round, an empty floor, and 4,096 registers that are not there.
        byte[] frame = [FrameCodec.Version, 4, 16, 1, 0, 0, 0, 0x80, 0x20];
        Assert.Contains("than the frame has bytes for", Assert.Throws<FrameFormatException>(() => SlotCodec.ReadReply(frame)).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatTheTypesForbid_IsNoFrameEither()
    {
        // A key of another slot: nobody must be asked to purge what the slot's floor does not cover.
        var purge = SlotCodec.Write(new PurgeRequest(SlotKeys.Slot, new Epoch(1), 1, [new KeyAtBallot(SlotKeys.All[0], Samples.Ballot(1))]));
        purge[5]++;
        Assert.Contains("not in slot", Assert.Throws<FrameFormatException>(() => SlotCodec.ReadRequest(purge, FrameOwnership.Owned)).Fault, StringComparison.Ordinal);

        // Registers that are not in order: a comparison would take them for missing.
        var entries = SlotKeys.All[..2].Order(SlotOrder.Instance).Select(static key => new ListedRegister(key, Samples.Ballot(1), default, 0, false, false)).ToArray();
        var listed = SlotCodec.Write(new ListedReply(1, default, [.. entries], null));
        var swapped = SlotCodec.Write(new ListedReply(1, default, [entries[1]], null));
        var length = (listed.Length - 9) / 2;
        Assert.Equal(swapped.Length, listed.Length - length);
        byte[] disordered = [.. listed[..8], .. listed[(8 + length)..(8 + (2 * length))], .. listed[8..(8 + length)], 0];
        Assert.Contains("in order", Assert.Throws<FrameFormatException>(() => SlotCodec.ReadReply(disordered)).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void KnownKeys_CostNoObject()
    {
        var key = SlotKeys.All[0];
        var slot = SlotKeys.New();
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(key, Samples.Ballot(1), Samples.State(1)));
        var frame = SlotCodec.Write(new PurgeRequest(slot.Slot, new Epoch(1), 1, [new KeyAtBallot(Key.From(key.Utf8), Samples.Ballot(1))]));
        var read = Assert.IsType<PurgeRequest>(SlotCodec.ReadRequest(frame, FrameOwnership.Owned, new Source(slot)));
        Assert.Same(key, read.Keys[0].Key);
    }

    /// <summary>Builds of different age ask each other: these bytes must not change without a new version.</summary>
    [Fact]
    public void Format_IsFixed()
    {
        var key = SlotKeys.All[0];
        var floor = new Floor(Samples.Ballot(3), 300, new HybridTimestamp(6));
        Assert.Equal(
            "0103040902070103010000000000000001AC020602046B3130300101010000000000000001046B31303000",
            Convert.ToHexString(SlotCodec.Write(new HoldsRequest(key.Slot, new Epoch(2), 9, floor, [new KeyAtBallot(key, Samples.Ballot(1)), new KeyAtBallot(key, default)]))));
        Assert.Equal(
            "010302090202010200000000000000FF07FFFFFFFFFFFFFFFF",
            Convert.ToHexString(SlotCodec.Write(new DigestRequest(new Epoch(2), 9, [new SlotDigest(new Slot(1), 2), new SlotDigest(new Slot(1023), ulong.MaxValue)]))));
        Assert.Equal(
            "010410090103010000000000000001AC020601046B31303001020100000000000000010101010000000000000001034D0000000000000001046B313030",
            Convert.ToHexString(SlotCodec.Write(new ListedReply(9, floor, [new ListedRegister(key, Samples.Ballot(2), Samples.Ballot(1), 77, true, true)], key))));
    }

    private static byte[]? Read(byte[] frame, bool isRequest)
    {
        if (isRequest)
            return SlotCodec.Write(SlotCodec.ReadRequest(frame, FrameOwnership.Owned));
        var reply = SlotCodec.ReadReply(frame);
        return reply is StaleSlotReply ? null : SlotCodec.Write(reply);
    }

    private static SlotRequest Request(Samples samples)
    {
        var epoch = new Epoch(samples.Long());
        var round = samples.Long();
        var key = samples.AnyKey();
        return samples.Below(7) switch
        {
            0 => new ListRequest(key.Slot, epoch, round, samples.Below(2) == 0 ? null : key, 1 + samples.Below(OneSlotRequest.MaxKeys)),
            6 => new KeysRequest(epoch, round, samples.Below(2) == 0 ? null : key, samples.Below(2) == 0 ? null : samples.AnyKey(), 1 + samples.Below(KeysRequest.MaxEntries)),
            1 => new DigestRequest(epoch, round, [.. Slots(samples).Select(slot => new SlotDigest(slot, (ulong)samples.Long()))]),
            2 => new FloorRequest(key.Slot, epoch, round, samples.Floor()),
            3 => new HoldsRequest(SlotKeys.Slot, epoch, round, samples.Floor(), Asked(samples)),
            4 => new PurgeRequest(SlotKeys.Slot, epoch, round, Asked(samples)),
            _ => new RepairRequest(key.Slot, epoch, round, key, samples.NonZeroBallot(), samples.State()),
        };
    }

    private static SlotReply Reply(Samples samples)
    {
        var round = samples.Long();
        switch (samples.Below(8))
        {
            case 0:
                var listed = SlotKeys.All.Where(_ => samples.Below(10) == 0).Order(SlotOrder.Instance).Select(key => samples.Below(4) == 0
                    ? new ListedRegister(key, samples.Ballot(), default, 0, false, false)
                    : new ListedRegister(key, samples.Ballot(), samples.NonZeroBallot(), (ulong)samples.Long(), samples.Below(2) == 0, samples.Below(2) == 0)).ToImmutableArray();
                return new ListedReply(round, samples.Floor(), listed, listed.IsEmpty || samples.Below(2) == 0 ? null : listed[^1].Key);
            case 7:
                var entries = SlotKeys.All.Where(_ => samples.Below(10) == 0).Order().Select(key =>
                    new KeyEntry(key, samples.NonZeroBallot(), samples.Below(2) == 0, samples.Below(2) == 0 ? default : samples.Stamp())).ToImmutableArray();
                return new KeysReply(round, entries, !entries.IsEmpty && samples.Below(2) == 0);
            case 1:
                return new DigestReply(round, [.. Slots(samples)]);
            case 2:
                return new FloorReply(round);
            case 3:
                return new HoldsReply(round, [.. Enumerable.Range(0, samples.Below(9)).Select(_ => samples.Below(2) == 0)]);
            case 4:
                return new PurgedReply(round, samples.Below(OneSlotRequest.MaxKeys + 1));
            case 5:
                return new RepairedReply(round, samples.Below(2) == 0);
            default:
                return new StaleSlotReply(round, samples.Map());
        }
    }

    private static IEnumerable<Slot> Slots(Samples samples) =>
        Enumerable.Range(0, samples.Below(5)).Select(_ => new Slot((ushort)samples.Below(Slot.Count))).Distinct().Order();

    private static ImmutableArray<KeyAtBallot> Asked(Samples samples) =>
        [.. Enumerable.Range(0, samples.Below(6)).Select(_ => new KeyAtBallot(SlotKeys.All[samples.Below(SlotKeys.All.Length)], samples.Ballot()))];

    // Everything in the message, in words.
    private static string Show(SlotRequest request)
    {
        var head = $"{request.GetType().Name} {request.Round} {request.Epoch} {(request as OneSlotRequest)?.Slot}: ";
        return head + request switch
        {
            ListRequest list => $"{list.After} {list.Limit}",
            KeysRequest keys => $"{keys.Prefix} {keys.After} {keys.Limit}",
            DigestRequest digests => string.Join(' ', digests.Digests),
            FloorRequest raise => raise.Floor.ToString(),
            HoldsRequest holds => $"{holds.Floor} {string.Join(' ', holds.Keys)}",
            PurgeRequest purge => string.Join(' ', purge.Keys),
            RepairRequest repair => $"{repair.Key} {repair.Ballot} {repair.State} {repair.State.Hash}",
            _ => throw new InvalidOperationException(),
        };
    }

    private static string Show(SlotReply reply) => $"{reply.GetType().Name} {reply.Round}: " + reply switch
    {
        ListedReply listed => $"{listed.Floor} {string.Join(' ', listed.Registers)} {listed.Next}",
        KeysReply page => $"{string.Join(' ', page.Entries)} {page.HasMore}",
        DigestReply differing => string.Join(' ', differing.Differing),
        FloorReply => "",
        HoldsReply holds => string.Join(' ', holds.Held),
        PurgedReply purged => purged.Count,
        RepairedReply repaired => repaired.Repaired,
        StaleSlotReply stale => stale.Map,
        _ => throw new InvalidOperationException(),
    };

    private sealed class Source(SlotRegisters slot) : IKeySource
    {
        public Key? Find(ReadOnlySpan<byte> utf8) => slot.Find(new KeyBytes(utf8));
    }
}
