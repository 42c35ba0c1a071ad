using System.Buffers.Binary;
using Orleans.Runtime.Messaging;

namespace Orleans.Kv.Tests.Runtime.Own.Messaging;

public sealed class ConnectionTests
{
    [Fact]
    public async Task Requests_OfManyThreads_AreAllAnsweredWithTheirOwnBody()
    {
        using var caller = new TestEnd();
        using var callee = new TestEnd(port: 2);
        await Join(caller, callee);

        await Parallel.ForEachAsync(Enumerable.Range(0, 2_000), async (i, _) =>
        {
            var call = new RecordedCall();
            var body = BitConverter.GetBytes(i);
            caller.Connection.SendRequest(TestEnd.Header("type" + (i % 7), "key" + i), body, call);
            Assert.Equal(body, await call.End);
        });

        Assert.Equal(2_000, callee.Requests.Count);
        Assert.Contains("type3/key3", callee.Requests);
        Assert.Equal(0, caller.Connection.Calls.Count);
    }

    [Fact]
    public async Task BothEnds_MayAskEachOther()
    {
        using var first = new TestEnd();
        using var second = new TestEnd(port: 2);
        await Join(first, second);
        var there = new RecordedCall();
        var back = new RecordedCall();

        first.Connection.SendRequest(TestEnd.Header("a", "1"), [1], there);
        second.Connection.SendSystemRequest(SystemOperation.Probe, [2], back);

        Assert.Equal([1], await there.End);
        Assert.Equal([2], await back.End);
        Assert.Equal(second.Address, first.Connection.Peer!.Address);
    }

    [Fact]
    public async Task WhatIsSentBeforeTheTransportIsThere_IsSentWhenItIs()
    {
        using var caller = new TestEnd();
        using var callee = new TestEnd(port: 2);
        var call = new RecordedCall();
        caller.Connection.SendRequest(TestEnd.Header("a", "early"), [7], call);
        Assert.False(call.HasEnded);

        await Join(caller, callee);

        Assert.Equal([7], await call.End);
    }

    [Fact]
    public async Task LossOfTheConnection_FailsEveryCallInFlightAtOnce()
    {
        using var caller = new TestEnd();
        using var callee = new TestEnd(port: 2) { Echoes = false };
        await Join(caller, callee);
        var calls = Enumerable.Range(0, 100).Select(_ => new RecordedCall()).ToList();
        foreach (var call in calls)
            caller.Connection.SendRequest(TestEnd.Header("a", "b"), [1], call);

        callee.Connection.Close(new IOException("cut"));

        foreach (var call in calls)
            await Assert.ThrowsAsync<SiloUnavailableException>(() => call.End);
        var late = new RecordedCall();
        caller.Connection.SendRequest(TestEnd.Header("a", "b"), [1], late);
        await Assert.ThrowsAsync<SiloUnavailableException>(() => late.End);
    }

    [Fact]
    public async Task PeerOfAnotherCluster_IsRefusedAndToldWhy()
    {
        using var caller = new TestEnd("mine");
        using var callee = new TestEnd("theirs", port: 2);
        var call = new RecordedCall();
        caller.Connection.SendRequest(TestEnd.Header("a", "b"), [1], call);

        var (first, second) = await StreamPair.Connect();
        caller.Connection.Start(first);
        callee.Connection.Start(second);

        var failure = await Assert.ThrowsAsync<SiloUnavailableException>(() => call.End);
        Assert.Contains("cluster", failure.Message, StringComparison.Ordinal);
        Assert.Empty(callee.Requests);
    }

    [Fact]
    public async Task BodyOverTheLimit_FailsItsCallAndLeavesTheConnectionUsable()
    {
        using var caller = new TestEnd(maxBody: 1000);
        using var callee = new TestEnd(port: 2);
        await Join(caller, callee);
        var tooLong = new RecordedCall();
        var next = new RecordedCall();

        // The first mention of these names is taken back with the request: they must be told again.
        caller.Connection.SendRequest(TestEnd.Header("new-type", "1"), new byte[1001], tooLong);
        caller.Connection.SendRequest(TestEnd.Header("new-type", "2"), new byte[1000], next);

        await Assert.ThrowsAsync<LimitExceededException>(() => tooLong.End);
        Assert.Equal(1000, (await next.End).Length);
        Assert.Equal(["new-type/2"], callee.Requests);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(255)]
    public async Task RandomFrames_AfterAProperHello_EndInAnswersOrInTheEndOfTheConnection(byte kind)
    {
        var random = new Random(kind);
        for (var round = 0; round < 20; round++)
        {
            using var victim = new TestEnd();
            var (stream, other) = await StreamPair.Connect();
            victim.Connection.Start(other);
            var hello = new OutputBuffer();
            new Hello { ClusterId = "test", Kind = PeerKind.Silo, Address = victim.Address }.Write(hello);
            await WriteFrame(stream, FrameKind.Hello, hello.ToArrayAndRelease());
            var garbage = new byte[random.Next(40)];
            random.NextBytes(garbage);
            await WriteFrame(stream, (FrameKind)kind, garbage);
            await WriteFrame(stream, (FrameKind)200, []);

            // Whatever the frame did, the one after it is certainly none, and nothing worse than this may have come before.
            var reason = await victim.Closed;
            Assert.True(
                reason is InvalidMessageFrameException or SiloUnavailableException,
                $"kind {kind}, round {round}, {Convert.ToHexString(garbage)}: {reason}");
            await stream.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    [InlineData(0)]
    public async Task FrameOfImpossibleLength_EndsTheConnection(int length)
    {
        using var victim = new TestEnd();
        var (stream, other) = await StreamPair.Connect();
        victim.Connection.Start(other);
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        await stream.WriteAsync(bytes);

        Assert.IsType<InvalidMessageFrameException>(await victim.Closed);
        await stream.DisposeAsync();
    }

    [Fact]
    public async Task Frames_ThatComeByteByByte_AreReadWhole()
    {
        using var caller = new TestEnd();
        using var callee = new TestEnd(port: 2);
        var (first, second) = await StreamPair.Connect();
        callee.Connection.Start(second);
        var call = new RecordedCall();
        caller.Connection.SendRequest(TestEnd.Header("a", "slow"), new byte[3000], call);
        caller.Connection.Start(new ChoppedStream(first));

        Assert.Equal(3000, (await call.End).Length);
    }

    private static async Task Join(TestEnd first, TestEnd second)
    {
        var (one, other) = await StreamPair.Connect();
        first.Connection.Start(one);
        second.Connection.Start(other);
        await first.Connection.Established.WaitAsync(TimeSpan.FromSeconds(10));
        await second.Connection.Established.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static async Task WriteFrame(Stream stream, FrameKind kind, byte[] payload)
    {
        try
        {
            await stream.WriteAsync((byte[])[.. BitConverter.GetBytes(payload.Length + 1), (byte)kind, .. payload]);
        }
        catch (IOException)
        {
            // Closed already, by the frame before.
        }
    }
}
