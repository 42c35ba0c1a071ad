using System.Collections.Concurrent;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;

namespace Orleans.Runtime.Messaging;

/// <summary>This silo's connections to the others, opened when first needed.</summary>
internal sealed partial class SiloConnections(
    ConnectionServices services, IConnectionTransport transport, TimeProvider time, ILogger<SiloConnections> log)
{
    private readonly ConcurrentDictionary<SiloAddress, Connection> _connections = new();
    private readonly ConcurrentDictionary<SiloAddress, (long RetryAt, string Reason)> _failed = new();
    private readonly ConcurrentDictionary<SiloAddress, byte> _dead = new();
    private readonly Lock _gate = new();
    private volatile bool _stopped;

    /// <summary>A connection was refused or broke.</summary>
    public event Action<SiloAddress>? Lost;

    /// <summary>
    /// The connection to a silo, usable at once even while it is being opened. Throws where the silo is dead, or refused a
    /// connection a moment ago.
    /// </summary>
    public Connection Get(SiloAddress silo, IConnectionOwner owner) =>
        _connections.TryGetValue(silo, out var connection) && !connection.IsClosed ? connection : Open(silo, owner);

    /// <summary>The silo is dead for good: nothing goes there any more, and what is in flight fails now.</summary>
    public void MarkDead(SiloAddress silo)
    {
        _dead.TryAdd(silo, 0);
        _failed.TryRemove(silo, out _);
        if (_connections.TryRemove(silo, out var connection))
        {
            connection.Close(new SiloUnavailableException($"{silo} is dead."));
        }
    }

    /// <summary>The next use of this silo tries to connect, even where that failed a moment ago.</summary>
    public void AllowRetry(SiloAddress silo) => _failed.TryRemove(silo, out _);

    /// <summary>Forgets dead silos that membership itself has forgotten.</summary>
    public void KeepDead(Func<SiloAddress, bool> isKnown)
    {
        foreach (var silo in _dead.Keys.Where(silo => !isKnown(silo)))
        {
            _dead.TryRemove(silo, out _);
        }
    }

    public void OnClosed(Connection connection, Exception reason)
    {
        if (connection.Intended is not { } silo)
        {
            return;
        }

        _connections.TryRemove(new(silo, connection));
        if (!connection.Established.IsCompletedSuccessfully)
        {
            var retryAt = time.GetTimestamp() + (long)(services.Options.ConnectionRetryDelay.TotalSeconds * time.TimestampFrequency);
            _failed[silo] = (retryAt, reason.Message);
        }

        if (!_stopped)
        {
            LogLost(log, silo, reason.Message);
            Lost?.Invoke(silo);
        }
    }

    public void Stop()
    {
        _stopped = true;
        foreach (var connection in _connections.Values)
        {
            connection.Close(new SiloUnavailableException("This host is shutting down."));
        }
    }

    private Connection Open(SiloAddress silo, IConnectionOwner owner)
    {
        lock (_gate)
        {
            if (_connections.TryGetValue(silo, out var existing) && !existing.IsClosed)
            {
                return existing;
            }

            if (_stopped)
            {
                throw new SiloUnavailableException("This host is shutting down.");
            }

            if (_dead.ContainsKey(silo))
            {
                throw new SiloUnavailableException($"{silo} is dead.");
            }

            if (_failed.TryGetValue(silo, out var failure))
            {
                if (time.GetTimestamp() < failure.RetryAt)
                {
                    throw new SiloUnavailableException($"{silo} could not be reached a moment ago: {failure.Reason}");
                }

                _failed.TryRemove(silo, out _);
            }

            var connection = new Connection(owner, services, PeerKind.Silo, silo);
            _connections[silo] = connection;
            _ = Connect(connection, silo);
            return connection;
        }
    }

    private async Task Connect(Connection connection, SiloAddress silo)
    {
        try
        {
            // Off the caller's thread: it holds the lock, and may be in a grain's turn.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            using var timeout = new CancellationTokenSource(services.Options.OpenConnectionTimeout, time);
            var stream = await transport.ConnectAsync(silo.Endpoint, PeerKind.Silo, timeout.Token).ConfigureAwait(false);
            connection.Start(stream);
            await connection.Established.WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            connection.Close(new SiloUnavailableException($"{silo} did not answer within {services.Options.OpenConnectionTimeout}."));
        }
        catch (AuthenticationException exception)
        {
            connection.Close(new SiloUnavailableException($"Cannot connect to {silo}: {exception.Message}", new NoHandshakeException(exception.Message, exception)));
        }
        catch (Exception exception)
        {
            connection.Close(new SiloUnavailableException($"Cannot connect to {silo}: {exception.Message}", exception));
        }
    }

    [LoggerMessage(EventId = 2030, Level = LogLevel.Information, Message = "The connection to {Silo} ended: {Reason}")]
    private static partial void LogLost(ILogger logger, SiloAddress silo, string reason);
}
