using System.Net;
using System.Net.Sockets;
using Orleans.Kv.Tests.Runtime.Clusters;
using Orleans.Runtime.Messaging;

namespace Orleans.Kv.Tests.Runtime.Own.Messaging;

/// <summary>A peer that introduces itself properly and then sends what is none of the protocol's frames.</summary>
[Collection(SharedCluster.Name)]
public sealed class FrameTests(ClusterFixture fixture)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static TheoryData<string> Kinds => [.. Frames.Keys];

    /// <summary>Each with its length before it, except where the length is the fault.</summary>
    private static Dictionary<string, byte[]> Frames { get; } = new()
    {
        ["longer than any limit"] = [.. BitConverter.GetBytes(int.MaxValue), 3],
        ["of no length"] = BitConverter.GetBytes(0),
        ["of negative length"] = BitConverter.GetBytes(-5),
        ["of an unknown kind"] = Frame(200, 1, 2, 3),
        ["kind none"] = Frame(0),
        ["a request that ends early"] = Frame((byte)FrameKind.Request, 1),
        ["a request of random bytes"] = Frame((byte)FrameKind.Request, Random(1)),
        ["a response that ends early"] = Frame((byte)FrameKind.Response, 9),
        ["a rejection that ends early"] = Frame((byte)FrameKind.Rejection, 9),
        ["a system request that ends early"] = Frame((byte)FrameKind.SystemRequest, 9),
        ["a system request, which only silos may send"] = Frame((byte)FrameKind.SystemRequest, [.. new byte[8], (byte)SystemOperation.Probe]),
        ["another hello"] = Frame((byte)FrameKind.Hello, Random(2)),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task MalformedFrame_EndsItsConnection_AndNothingElse(string kind)
    {
        var silo = fixture.Cluster.Silos[0];
        var grain = fixture.On(silo);
        await grain.Silo();
        using var peer = new TcpClient();
        await peer.ConnectAsync(silo.GatewayAddress.Endpoint);
        var stream = peer.GetStream();
        await stream.WriteAsync(Hello(fixture.Cluster.Options.ClusterId));
        Assert.NotEqual(0, await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));

        await stream.WriteAsync(Frames[kind]);

        await UntilClosed(stream, kind);
        Assert.Equal(silo.SiloAddress, await grain.Silo().WaitAsync(Patience));
    }

    [Fact]
    public async Task PeerOfAnotherCluster_IsRefused()
    {
        var silo = fixture.Cluster.Silos[0];
        using var peer = new TcpClient();
        await peer.ConnectAsync(silo.GatewayAddress.Endpoint);
        await peer.GetStream().WriteAsync(Hello("another cluster"));
        await UntilClosed(peer.GetStream(), "a hello of another cluster");
    }

    private static byte[] Hello(string clusterId)
    {
        var output = new OutputBuffer();
        output.WriteByte((byte)FrameKind.Hello);
        new Hello
        {
            ClusterId = clusterId,
            Kind = PeerKind.Client,
            Address = SiloAddress.New(IPAddress.Loopback, 0, -7),
            ClientId = Guid.NewGuid().ToString("N"),
        }.Write(output);
        var frame = output.ToArrayAndRelease();
        return [.. BitConverter.GetBytes(frame.Length), .. frame];
    }

    private static byte[] Frame(byte kind, params byte[] rest) => [.. BitConverter.GetBytes(1 + rest.Length), kind, .. rest];

    private static byte[] Random(int seed)
    {
        var bytes = new byte[300];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task UntilClosed(NetworkStream stream, string after)
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, timeout.Token) > 0)
            {
                // The silo's own hello, or the reason; what counts is the end.
            }
        }
        catch (IOException)
        {
            // Reset: closed while there were still unread bytes.
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the connection was still open {Patience} after {after}");
        }
    }
}
