using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orleans.Kv.Tests.Runtime.Processes;

/// <summary>Whatever is sent to a silo's ports, that connection is closed and nothing else is harmed.</summary>
[Collection(nameof(Processes))]
public sealed class MalformedFrameTests
{
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(15);

    private static Dictionary<string, byte[]> Garbage { get; } = new()
    {
        ["random bytes"] = Random(1, 256 * 1024),
        ["zeros"] = new byte[256 * 1024],
        ["all ones"] = [.. Enumerable.Repeat((byte)0xFF, 256 * 1024)],
        ["an HTTP request"] = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + new string('x', 64 * 1024)),
        ["a frame that claims two gigabytes"] = [.. BitConverter.GetBytes(int.MaxValue), .. BitConverter.GetBytes(int.MaxValue), .. Random(2, 64 * 1024)],
        ["a frame of negative length"] = [.. BitConverter.GetBytes(-1), .. BitConverter.GetBytes(-1), .. Random(3, 64 * 1024)],
    };

    [Fact]
    public async Task Garbage_OnEitherPort_ClosesThatConnectionOnly()
    {
        await using var cluster = await ProcessCluster.Start(2);
        var silo = cluster.Silos[0];
        var grain = cluster.On(silo);
        await grain.Silo();
        using var stop = new CancellationTokenSource();
        var traffic = Traffic(grain, stop.Token);

        foreach (var (name, payload) in Garbage)
        {
            await SendAndExpectClose(silo.Arguments.SiloPort, name, payload);
            await SendAndExpectClose(silo.Arguments.GatewayPort, name, payload);
        }

        await stop.CancelAsync();
        Assert.True(await traffic > 0, "no call was made meanwhile");
        Assert.False(silo.HasExited, silo.Output);
        Assert.Equal(SiloStatus.Active, (await cluster.Rows(silo.Arguments.Name))[^1].Status);
    }

    [Fact]
    public async Task ManyHalfOpenConnections_DoNotKeepOthersFromBeingServed()
    {
        await using var cluster = await ProcessCluster.Start(2);
        var silo = cluster.Silos[0];
        var sockets = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 100; i++)
            {
                var socket = new TcpClient();
                sockets.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, i % 2 == 0 ? silo.Arguments.SiloPort : silo.Arguments.GatewayPort);
                await socket.GetStream().WriteAsync(new byte[] { 1 });
            }

            var payload = Random(4, 1000);
            for (var call = 0; call < 50; call++)
                Assert.Equal(payload, await cluster.On(silo).Echo(payload).WaitAsync(TimeSpan.FromSeconds(5)));
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    /// <summary>Echoes until told to stop. One failed or wrong answer fails the test.</summary>
    private static async Task<int> Traffic(IPlacedGrain grain, CancellationToken stop)
    {
        var calls = 0;
        while (!stop.IsCancellationRequested)
        {
            var payload = Random(calls, 2000);
            Assert.Equal(payload, await grain.Echo(payload).WaitAsync(TimeSpan.FromSeconds(10), CancellationToken.None));
            calls++;
        }

        return calls;
    }

    private static async Task SendAndExpectClose(int port, string name, byte[] payload)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var timeout = new CancellationTokenSource(ClosePatience);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(payload, timeout.Token);
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, timeout.Token) > 0)
            {
                // A greeting or a reason may come first; what counts is the end.
            }
        }
        catch (IOException)
        {
            // Reset: closed while there were still unread bytes.
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"port {port} kept the connection open for {ClosePatience} after {name}");
        }
    }

    private static byte[] Random(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
