using Orleans.CodeGeneration;
using Orleans.Serialization;
using Orleans.Serialization.Invocation;

namespace Orleans.Kv.Tests.Runtime.Serialization.Internals;

/// <summary>References and calls made at run time, over bytes and within the process.</summary>
public sealed class CallTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_OfEveryReturnType_ReachTheTargetAndComeBack(bool isLocal)
    {
        var target = new Calc();
        var calc = new Loopback(target, isLocal).Reference<ICalc>();
        await calc.Nothing();
        Assert.Equal(5, await calc.Add(2, 3));
        Assert.Equal("a-b", await calc.Join(["a", "b"], "-"));
        Assert.Equal("p", (await calc.Echo(new Payload(1, "p", [1])))!.Text);
        Assert.Null(await calc.Echo(null));
        await calc.Tell("news");
        Assert.Equal("news", target.Told);
        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await calc.Fail("not today"));
        Assert.Equal(("not today", 3), (refused.Message, refused.Code));
        Assert.Equal([3, 2, 1], await calc.Reverse([1, 2, 3]));
    }

    [Fact]
    public async Task LocalCall_CopiesArguments_ExceptTheImmutableOnes()
    {
        var target = new Calc();
        var calc = new Loopback(target, isLocal: true).Reference<ICalc>();
        byte[] bytes = [1, 2];
        await calc.Reverse(bytes);
        Assert.Same(bytes, target.Received);
        await calc.Length(bytes);
        Assert.NotSame(bytes, target.Received);
        Assert.Equal(bytes, target.Received);
    }

    [Fact]
    public async Task CancellationToken_StaysInTheProcess()
    {
        using var source = new CancellationTokenSource();
        var local = new Loopback(new Calc(), isLocal: true);
        Assert.True(await local.Reference<ICalc>().WaitFor(1, source.Token));
        Assert.True(local.Last!.IsCancellable);
        Assert.Equal(source.Token, local.Last.GetCancellationToken());
        Assert.False(await new Loopback(new Calc()).Reference<ICalc>().WaitFor(1, source.Token));
    }

    [Fact]
    public async Task Request_KnowsItsMethod()
    {
        var loopback = new Loopback(new Calc());
        await loopback.Reference<ICalc>().Echo(new Payload(1, "p", []));
        var request = Assert.IsAssignableFrom<IRequest>(loopback.Last);
        Assert.Equal(InvokeMethodOptions.AlwaysInterleave | InvokeMethodOptions.ReadOnly, request.Options);
        Assert.Equal((nameof(ICalc.Echo), typeof(ICalc), 1), (request.GetMethodName(), request.GetInterfaceType(), request.GetArgumentCount()));
        Assert.Equal("p", Assert.IsType<Payload>(request.GetArgument(0)).Text);
        request.SetArgument(0, new Payload(2, "q", []));
        Assert.Equal("q", Assert.IsType<Payload>(request.GetArgument(0)).Text);
        Assert.Throws<ArgumentOutOfRangeException>(() => request.GetArgument(1));
        await loopback.Reference<ICalc>().WaitFor(1, default);
        Assert.Equal(TimeSpan.FromSeconds(7), loopback.Last!.GetDefaultResponseTimeout());
        await loopback.Reference<ICalc>().Tell("x");
        Assert.Equal(InvokeMethodOptions.OneWay, ((IRequest)loopback.Last).Options);
    }

    [Fact]
    public async Task Interfaces_InternalInheritedAndGeneric_CanBeCalled()
    {
        var hidden = new Loopback(new Hidden()).Reference<IHiddenCalls>();
        Assert.Equal(new HiddenReply(8), await hidden.Ask(new HiddenReply(7)));
        var derived = new Loopback(new Derived()).Reference<IDerivedCalls>();
        Assert.Equal("derived", await derived.Ping());
        Assert.Equal("base", await ((IBaseCalls)derived).Ping());
        Assert.Equal("derived", await derived.Twice());
        var generic = new Loopback(new Generic()).Reference<IGenericCalls<List<Point>>>();
        Assert.Equal([new Point(1, 2)], await generic.Back([new(1, 2)]));
    }

    [Fact]
    public async Task Overloads_AreToldApart()
    {
        var overloads = new Loopback(new Overloads()).Reference<IOverloads>();
        Assert.Equal("int", await overloads.Put(1));
        Assert.Equal("string", await overloads.Put("1"));
        Assert.Equal("long", await overloads.Put(1L));
        Assert.Equal("guid", await overloads.Put(Guid.Empty));
    }

    [Fact]
    public async Task DamagedMessages_AreReadOrRefused_AndNothingElse()
    {
        var loopback = new Loopback(new Calc());
        await loopback.Reference<ICalc>().Echo(new Payload(1, "text", [1, 2, 3]));
        var (request, method) = (loopback.LastRequest, loopback.Last!);
        byte[][] responses =
        [
            loopback.Written(Response.FromResult<Payload?>(new Payload(2, "reply", [4]))),
            loopback.Written(Response.FromException(new InvalidOperationException("no", new TimeoutException("late")))),
        ];
        var random = new Random(99);
        for (var round = 0; round < 5_000; round++)
        {
            ReadOrRefuse(Damaged(request), body => loopback.Codec.ReadRequest(body));
            ReadOrRefuse(Damaged(responses[round % 2]), body => loopback.Codec.ReadResponse(method, body));
        }

        byte[] Damaged(byte[] whole)
        {
            var damaged = whole.ToArray();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            return random.Next(4) == 0 ? damaged[..random.Next(damaged.Length)] : damaged;
        }

        static void ReadOrRefuse(byte[] body, Action<byte[]> read)
        {
            var exception = Record.Exception(() => read(body));
            Assert.True(exception is null or SerializerException, $"{exception} for {Convert.ToHexString(body)}");
        }
    }

    [Fact]
    public async Task References_MadeByManyThreadsAtOnce_Work()
    {
        using var start = new ManualResetEventSlim();
        var calls = Enumerable.Range(0, 16).Select(i => Task.Factory.StartNew(
            () =>
            {
                start.Wait();
                return new Loopback(new First()).Reference<IFirstSeenHere>().Pass(new FirstSeenHere(i));
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()).ToArray();
        start.Set();
        Assert.Equal(Enumerable.Range(0, 16), (await Task.WhenAll(calls)).Select(arrived => arrived.Value));
    }

    [Fact]
    public void Observer_MethodWithoutResult_IsOneWay()
    {
        var target = new Talk();
        var loopback = new Loopback(target);
        loopback.Reference<ITalk>().Said("hello");
        Assert.Equal("hello", target.Last);
        Assert.Equal(InvokeMethodOptions.OneWay, ((IRequest)loopback.Last!).Options);
    }

    [Fact]
    public void Interfaces_ThatCannotBeCalled_AreRefusedByTheNameOfTheMember()
    {
        var loopback = new Loopback(new object());
        Assert.Contains("IGenericMethod.Get", Refusal<IGenericMethod>(), StringComparison.Ordinal);
        Assert.Contains("INoTask.Now", Refusal<INoTask>(), StringComparison.Ordinal);
        Assert.Contains("IWithProperty", Refusal<IWithProperty>(), StringComparison.Ordinal);

        string Refusal<T>() => Assert.Throws<NotSupportedException>(() => loopback.Reference<T>()).Message;
    }

    [Fact]
    public async Task UnknownMethod_IsAnErrorThatSaysSo()
    {
        var loopback = new Loopback(new Calc());
        await loopback.Reference<ICalc>().Nothing();
        var body = loopback.LastRequest.ToArray();
        body[0] ^= 0xFF;
        var refused = Assert.Throws<SerializerException>(() => loopback.Codec.ReadRequest(body));
        Assert.Contains("newer build", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_OfAnotherResultType_IsConvertedOrRefused()
    {
        var loopback = new Loopback(new Calc());
        await loopback.Reference<ICalc>().Add(1, 2);
        var add = loopback.Last!;
        // A filter may replace a result without knowing its type.
        Assert.Equal(9, Through(Response.FromResult<object>(9)).GetResult<int>());
        Assert.Equal(0, Through(Response.Completed).GetResult<int>());
        Assert.Throws<SerializerException>(() => Through(Response.FromResult("text")));

        Response Through(Response response) => loopback.Codec.ReadResponse(add, loopback.Written(response));
    }

    [Fact]
    public async Task UnknownException_ArrivesAsOneThatNamesIt()
    {
        var loopback = new Loopback(new Throwing());
        var arrived = await Assert.ThrowsAsync<UnavailableExceptionFallbackException>(() => loopback.Reference<IBaseCalls>().Ping());
        Assert.Equal("local only", arrived.Message);
        Assert.Contains(nameof(LocalException), arrived.ExceptionType, StringComparison.Ordinal);
        Assert.Contains(nameof(Throwing), arrived.StackTrace, StringComparison.Ordinal);
        Assert.IsType<TimeoutException>(arrived.InnerException);
    }

    private sealed class First : IFirstSeenHere
    {
        public Task<FirstSeenHere> Pass(FirstSeenHere value) => Task.FromResult(value);
    }

    private sealed class Overloads : IOverloads
    {
        public Task<string> Put(int value) => Task.FromResult("int");

        public Task<string> Put(string value) => Task.FromResult("string");

        public Task<string> Put(long value) => Task.FromResult("long");

        public Task<string> Put(Guid value) => Task.FromResult("guid");
    }

    private sealed class Hidden : IHiddenCalls
    {
        public ValueTask<HiddenReply> Ask(HiddenReply value) => new(new HiddenReply(value.Value + 1));
    }

    private sealed class Derived : IDerivedCalls
    {
        public Task<string> Ping() => Task.FromResult("derived");

        Task<string> IBaseCalls.Ping() => Task.FromResult("base");
    }

    private sealed class Throwing : IBaseCalls
    {
        public Task<string> Ping() => throw new LocalException("local only", new TimeoutException());
    }

    private sealed class Generic : IGenericCalls<List<Point>>
    {
        public Task<List<Point>> Back(List<Point> value) => Task.FromResult(value);
    }

    private sealed class Talk : ITalk
    {
        public string? Last { get; private set; }

        public void Said(string what) => Last = what;
    }
}
