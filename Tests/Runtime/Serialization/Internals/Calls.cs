using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Orleans.CodeGeneration;
using Orleans.Concurrency;
using Orleans.Serialization;
using Orleans.Serialization.Invocation;

namespace Orleans.Kv.Tests.Runtime.Serialization.Internals;

public interface ICalc : IGrainWithStringKey
{
    Task Nothing();

    Task<int> Add(int left, int right);

    ValueTask<string> Join(List<string> parts, string separator);

    ValueTask Fail(string message);

    [AlwaysInterleave, ReadOnly]
    Task<Payload?> Echo(Payload? payload);

    [OneWay]
    Task Tell(string what);

    [ResponseTimeout("00:00:07")]
    Task<bool> WaitFor(int milliseconds, CancellationToken cancellation);

    Task<byte[]> Reverse([Immutable] byte[] bytes);

    Task<int> Length(byte[] bytes);
}

public interface IBaseCalls : IGrainWithStringKey
{
    Task<string> Ping();
}

public interface IDerivedCalls : IBaseCalls
{
    new Task<string> Ping();

    // Runs where it is called.
    Task<string> Twice() => Ping();
}

internal interface IHiddenCalls : IGrainWithIntegerKey
{
    ValueTask<HiddenReply> Ask(HiddenReply value);
}

[GenerateSerializer]
internal sealed record HiddenReply(int Value);

// Used by one test only, which makes their code from many threads.
public interface IFirstSeenHere : IGrainWithStringKey
{
    Task<FirstSeenHere> Pass(FirstSeenHere value);
}

[GenerateSerializer]
public sealed record FirstSeenHere(int Value);

public interface ITalk : IGrainObserver
{
    void Said(string what);
}

public interface IOverloads : IGrainWithStringKey
{
    Task<string> Put(int value);

    Task<string> Put(string value);

    [Alias("put-long")]
    Task<string> Put(long value);

    [Id(7)]
    Task<string> Put(Guid value);
}

public interface IGenericCalls<T> : IGrainWithStringKey
{
    Task<T> Back(T value);
}

public interface IGenericMethod : IGrainWithStringKey
{
    Task<T> Get<T>();
}

public interface INoTask : IGrainWithStringKey
{
    int Now();
}

public interface IWithProperty : IGrainWithStringKey
{
    Task<int> Value { get; }
}

/// <summary>
/// Carries calls without a network: the request goes through bytes, or through a copy, to a target, and its response goes back
/// likewise.
/// </summary>
internal sealed class Loopback : IGrainReferenceRuntime, ITargetHolder
{
    private readonly ProxyFactory _proxies;
    private readonly object _target;

    public Loopback(object target, bool isLocal = false)
    {
        var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        (_target, IsLocal, Codec, _proxies) = (
            target, isLocal, services.GetRequiredService<MessageBodyCodec>(), services.GetRequiredService<ProxyFactory>());
    }

    public MessageBodyCodec Codec { get; }

    public bool IsLocal { get; }

    public IInvokable? Last { get; private set; }

    public byte[] LastRequest { get; private set; } = [];

    public T Reference<T>()
    {
        var shared = new GrainReferenceShared(GrainType.Create("t"), GrainInterfaceType.Create("i"), 0, this, InvokeMethodOptions.None, null!);
        return (T)(object)_proxies.Create(typeof(T), shared, IdSpan.Create("k"));
    }

    public object? GetTarget() => _target;

    public object? GetComponent(Type componentType) => null;

    public object Cast(IAddressable grain, Type interfaceType) => throw new NotSupportedException();

    public void InvokeMethod(GrainReference reference, IInvokable request, InvokeMethodOptions options) => Send(request).AsTask();

    public async ValueTask InvokeMethodAsync(GrainReference reference, IInvokable request, InvokeMethodOptions options) =>
        _ = (await Send(request)).Result;

    public async ValueTask<T?> InvokeMethodAsync<T>(GrainReference reference, IInvokable request, InvokeMethodOptions options) =>
        (await Send(request)).GetResult<T>();

    private async ValueTask<Response> Send(IInvokable request)
    {
        Last = request;
        var received = IsLocal ? Codec.CopyRequest(request) : Codec.ReadRequest(Written(request));
        received.SetTarget(this);
        var response = await received.Invoke();
        if (IsLocal) return Codec.CopyResponse(response);
        return Codec.ReadResponse(request, Written(response));
    }

    public byte[] Written(Response response)
    {
        var output = new ArrayBufferWriter<byte>();
        Codec.WriteResponse(response, output);
        return output.WrittenSpan.ToArray();
    }

    private byte[] Written(IInvokable request)
    {
        var output = new ArrayBufferWriter<byte>();
        Codec.WriteRequest(request, output);
        return LastRequest = output.WrittenSpan.ToArray();
    }
}

internal sealed class Calc : ICalc
{
    public string? Told { get; private set; }

    public byte[]? Received { get; private set; }

    public CancellationToken Token { get; private set; }

    public Task Nothing() => Task.CompletedTask;

    public async Task<int> Add(int left, int right)
    {
        await Task.Yield();
        return left + right;
    }

    public ValueTask<string> Join(List<string> parts, string separator) => new(string.Join(separator, parts));

    public ValueTask Fail(string message) => throw new RefusedException(message, 3);

    public Task<Payload?> Echo(Payload? payload) => Task.FromResult(payload);

    public Task Tell(string what)
    {
        Told = what;
        return Task.CompletedTask;
    }

    public Task<bool> WaitFor(int milliseconds, CancellationToken cancellation)
    {
        Token = cancellation;
        return Task.FromResult(cancellation.CanBeCanceled);
    }

    public Task<byte[]> Reverse(byte[] bytes)
    {
        Received = bytes;
        return Task.FromResult(bytes.Reverse().ToArray());
    }

    public Task<int> Length(byte[] bytes)
    {
        Received = bytes;
        return Task.FromResult(bytes.Length);
    }
}
