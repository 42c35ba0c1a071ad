using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Orleans.Runtime.Messaging;

/// <summary>Accepts the connections of one kind of peer on one endpoint.</summary>
internal sealed partial class ConnectionListener(
    IConnectionOwner owner, ConnectionServices services, IConnectionTransport transport, PeerKind expected, ILogger log) : IAsyncDisposable
{
    private const int Backlog = 512;

    /// <summary>Connections beyond this are closed at once: each may hold buffers of a megabyte.</summary>
    private const int MaxConnections = 10_000;

    private readonly ConcurrentDictionary<Connection, byte> _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private Socket? _socket;
    private Task _accepting = Task.CompletedTask;

    public IEnumerable<Connection> Connections => _connections.Keys;

    public void Listen(IPEndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            socket.Listen(Backlog);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new OrleansConfigurationException($"Cannot listen on {endpoint}: {exception.Message}", exception);
        }

        _socket = socket;
        _accepting = Accept(socket);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _socket?.Dispose();
        await _accepting.ConfigureAwait(false);
        foreach (var connection in _connections.Keys)
        {
            connection.Close(new SiloUnavailableException("This host is shutting down."));
        }

        _stop.Dispose();
    }

    private async Task Accept(Socket listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _ = Serve(socket);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                // A peer that vanished between its knock and the accept. Out of descriptors looks the same: do not spin on it.
                LogAcceptFailed(log, exception);
                await Task.Delay(TimeSpan.FromMilliseconds(50)).ConfigureAwait(false);
            }
        }
    }

    private async Task Serve(Socket socket)
    {
        Connection? connection = null;
        try
        {
            if (_connections.Count >= MaxConnections)
            {
                LogTooMany(log, MaxConnections);
                socket.Dispose();
                return;
            }

            SocketLiveness.Apply(socket);
            var stream = await transport.AcceptAsync(socket, expected, _stop.Token).ConfigureAwait(false);
            connection = new Connection(owner, services, expected, null);
            _connections.TryAdd(connection, 0);
            connection.Start(stream);
            await connection.Established.WaitAsync(services.Options.OpenConnectionTimeout).ConfigureAwait(false);
            await connection.Ended.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LogHandshakeFailed(log, expected, exception.Message);
            connection?.Close(exception);
            socket.Dispose();
        }
        finally
        {
            if (connection is not null)
            {
                _connections.TryRemove(connection, out _);
            }
        }
    }

    [LoggerMessage(EventId = 2020, Level = LogLevel.Warning, Message = "Accepting a connection failed.")]
    private static partial void LogAcceptFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 2021, Level = LogLevel.Warning, Message = "More than {Limit} connections: closing a new one.")]
    private static partial void LogTooMany(ILogger logger, int limit);

    [LoggerMessage(EventId = 2022, Level = LogLevel.Information, Message = "A {Kind} that connected was not accepted: {Reason}")]
    private static partial void LogHandshakeFailed(ILogger logger, PeerKind kind, string reason);
}
