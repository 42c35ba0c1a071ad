using System.Collections.Concurrent;
using System.Text;

namespace Orleans.Runtime.Messaging;

/// <summary>
/// The clients that are connected to this silo, and the way to those that are connected to another one. A client keeps a connection to
/// every gateway, so mostly it is here.
/// </summary>
internal sealed class ClientRegistry(
    SiloAddress self, Func<SiloAddress, Connection> connect, ISystemCaller caller, Func<IReadOnlyList<SiloAddress>> silos)
{
    private const int MaxRemembered = 10_000;
    private readonly ConcurrentDictionary<string, Connection> _here = new();
    private readonly ConcurrentDictionary<string, SiloAddress> _elsewhere = new();

    public int Count => _here.Count;

    public void Add(Connection connection)
    {
        var client = connection.Peer!.ClientId;
        _here[client] = connection;
        _elsewhere.TryRemove(client, out _);
    }

    public void Remove(Connection connection) => _here.TryRemove(new(connection.Peer!.ClientId, connection));

    public bool IsHere(string client) => _here.ContainsKey(client);

    public void Route(RequestMessage message)
    {
        var client = ObserverIds.ClientOf(message.Target);
        if (_here.TryGetValue(client, out var connection))
        {
            message.SendTo(connection, self, newPlacement: false);
            return;
        }

        if (message.Origin?.Peer?.Kind == PeerKind.Silo)
        {
            throw new ClientNotAvailableException(message.Target);
        }

        if (ObserverIds.TryGetSilo(client, out var silo))
        {
            if (silo.Equals(self))
            {
                throw new ClientNotAvailableException(message.Target);
            }

            message.SendTo(connect(silo), silo, newPlacement: false);
        }
        else if (_elsewhere.TryGetValue(client, out silo))
        {
            // Asked anew the next time: where it was is no promise.
            _elsewhere.TryRemove(client, out _);
            message.SendTo(connect(silo), silo, newPlacement: false);
        }
        else
        {
            _ = Search(client, message);
        }
    }

    private async Task Search(string client, RequestMessage message)
    {
        try
        {
            var question = Encoding.UTF8.GetBytes(client);
            var found = await Task.WhenAll(silos().Where(silo => !silo.Equals(self)).Select(silo => IsAt(silo, question))).ConfigureAwait(false);
            if (found.FirstOrDefault(silo => silo is not null) is not { } silo)
            {
                throw new ClientNotAvailableException(message.Target);
            }

            if (_elsewhere.Count >= MaxRemembered)
            {
                _elsewhere.Clear();
            }

            _elsewhere[client] = silo;
            message.SendTo(connect(silo), silo, newPlacement: false);
        }
        catch (Exception exception)
        {
            message.Fail(exception);
        }
    }

    private async Task<SiloAddress?> IsAt(SiloAddress silo, byte[] question)
    {
        try
        {
            var answer = await caller.Ask(silo, SystemOperation.FindClient, question).ConfigureAwait(false);
            return answer is [not 0] ? silo : null;
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            return null;
        }
    }
}
