using System.Net;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;

namespace Orleans.Runtime.Messaging;

/// <summary>
/// One TCP (or TLS) connection between two hosts: requests in either direction, and the answers to them on the same connection.
/// </summary>
/// <remarks>
/// <para>
/// Because an answer never takes another way than its request, the end of the connection is the answer to everything in flight on
/// it: a call to a process that has died fails at once. A request that is passed on (gateway to silo, silo to silo) waits at every
/// hop, so that the loss of any of them reaches the caller the same way.
/// </para>
/// <para>
/// A message is serialized by the thread that sends it, under the connection's lock, straight into the buffer that goes out next. So
/// arguments need no copy, and whatever gathers while one buffer is being written leaves with the next write: one system call for
/// many messages, without a timer and without a delay when idle.
/// </para>
/// <para>
/// Frames: length (4 bytes, of what follows), kind, fields. Names of grain types and interfaces are sent once per connection and
/// then by number.
/// </para>
/// </remarks>
internal sealed partial class Connection
{
    /// <summary>Bytes that may wait for a peer which does not read, before its messages are refused. Protects this process's memory.</summary>
    private const int MaxUnsentBytes = 256 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly IConnectionOwner _owner;
    private readonly ConnectionServices _services;
    private readonly MessageBodyCodec _codec;
    private readonly ILogger _log;
    private readonly TaskCompletionSource _established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stream? _stream;
    private Exception? _closed;

    public Connection(IConnectionOwner owner, ConnectionServices services, PeerKind expected, SiloAddress? intended)
    {
        _owner = owner;
        _services = services;
        _codec = services.Codec;
        _log = services.Log;
        Intended = intended;
        Expected = expected;
        WriteHello();
        services.Timeouts.Watch(Calls);
    }

    /// <summary>The silo that this connection was opened for; null on the accepting side.</summary>
    public SiloAddress? Intended { get; }

    /// <summary>Who may be at the other end.</summary>
    public PeerKind Expected { get; }

    /// <summary>Who is at the other end; null until its hello has come.</summary>
    public Hello? Peer { get; private set; }

    /// <summary>The id by which callees know a client at the other end; the default for a silo, whose grains name themselves.</summary>
    public GrainId PeerId { get; private set; }

    public PendingCalls Calls { get; } = new();

    /// <summary>The endpoint by which a client knows this gateway.</summary>
    public IPEndPoint? Endpoint { get; init; }

    /// <summary>The peer has said that it is about to go.</summary>
    public bool IsLeaving { get; private set; }

    public bool IsClosed => Volatile.Read(ref _closed) is not null;

    /// <summary>Completes when the peer has been accepted; fails when the connection ends before.</summary>
    public Task Established => _established.Task;

    /// <summary>Completes when the connection has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts on a transport. Until then, what is sent waits.</summary>
    public void Start(Stream stream)
    {
        lock (_gate)
        {
            if (_closed is not null)
            {
                stream.Dispose();
                return;
            }

            _stream = stream;
            ScheduleFlush();
        }

        _ = ReceiveLoop(stream);
    }

    /// <summary>Ends the connection; every call in flight on it fails with <paramref name="reason"/>.</summary>
    public void Close(Exception reason)
    {
        Stream? stream;
        lock (_gate)
        {
            if (_closed is not null)
            {
                return;
            }

            _closed = reason;
            stream = _stream;
        }

        _services.Timeouts.Forget(Calls);
        stream?.Dispose();
        _established.TrySetException(reason);
        _ = _established.Task.Exception;
        _ended.TrySetResult();
        var failure = reason is SiloUnavailableException ? reason
            : new SiloUnavailableException($"The connection to {Describe()} was lost: {reason.Message}", reason);
        foreach (var call in Calls.TakeAll())
        {
            call.OnFailure(failure);
        }

        _owner.OnClosed(this, reason);
    }

    public string Describe() => Peer is { Kind: PeerKind.Client } client
        ? $"client {client.ClientId}"
        : (Peer?.Address ?? Intended)?.ToString() ?? Endpoint?.ToString() ?? "an unknown peer";

    public override string ToString() => Describe();
}
