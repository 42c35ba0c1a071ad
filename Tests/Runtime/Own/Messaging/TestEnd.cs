using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.Messaging;
using Orleans.Serialization;

namespace Orleans.Kv.Tests.Runtime.Own.Messaging;

/// <summary>One end of a connection: echoes requests, and keeps what it was told.</summary>
internal sealed class TestEnd : IConnectionOwner, IDisposable
{
    private readonly TaskCompletionSource<Exception> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CallTimeouts _timeouts = new(TimeProvider.System);
    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    public TestEnd(string cluster = "test", int maxBody = 64 * 1024, int port = 1)
    {
        Cluster = cluster;
        Address = SiloAddress.New(System.Net.IPAddress.Loopback, port, 1);
        var messaging = new SiloMessagingOptions { MaxMessageBodySize = maxBody, MaxMessageHeaderSize = 64 * 1024 };
        Connection = new Connection(
            this,
            new ConnectionServices(
                new MessageBodyCodec(new BodyOperations(_services)), _timeouts, messaging, Options.Create(new ConnectionOptions()), NullLoggerFactory.Instance),
            PeerKind.Silo,
            null);
    }

    public string Cluster { get; }

    public SiloAddress Address { get; }

    public Connection Connection { get; }

    /// <summary>When false, requests are kept unanswered.</summary>
    public bool Echoes { get; set; } = true;

    public ConcurrentQueue<string> Requests { get; } = new();

    public Task<Exception> Closed => _closed.Task.WaitAsync(TimeSpan.FromSeconds(10));

    public static RequestHeader Header(string type, string key) => new()
    {
        Target = GrainId.Create(type, key),
        Interface = GrainInterfaceType.Create("ITest"),
    };

    public Hello CreateHello(Connection connection) => new() { ClusterId = Cluster, Kind = PeerKind.Silo, Address = Address };

    public string? Check(Connection connection, Hello peer) => peer.ClusterId == Cluster ? null : $"cluster {peer.ClusterId} is not {Cluster}";

    public void OnConnected(Connection connection)
    {
    }

    public void OnRequest(Connection connection, in RequestFrame frame)
    {
        Requests.Enqueue(frame.Target.ToString());
        if (Echoes)
            connection.SendResponse(frame.Id, frame.Body, null);
    }

    public void OnSystemRequest(Connection connection, long id, SystemOperation operation, ReadOnlySpan<byte> payload) =>
        connection.SendSystemResponse(id, payload);

    public void OnFarewell(Connection connection)
    {
    }

    public void OnClosed(Connection connection, Exception reason) => _closed.TrySetResult(reason);

    public void Dispose()
    {
        Connection.Close(new SiloUnavailableException("The test is over."));
        _timeouts.Dispose();
        _services.Dispose();
    }
}
