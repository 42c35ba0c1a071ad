using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Driving.Clusters;

namespace Orleans.Kv.Tests.Driving.Clients;

/// <summary>Users who read, write, delete and test-and-set a few keys without pause.</summary>
public sealed class Workload : IDisposable
{
    private readonly StoreClient[] _clients;
    private readonly CancellationTokenSource _end = new();
    private readonly int _keys;
    private readonly int _seed;
    private long _values;
    private Task[] _running = [];

    public Workload(Endpoint api, int clients, int keys, int seed)
        : this(new Route[] { api }, clients, keys, seed)
    {
    }

    /// <summary>Users spread over several API hosts: the first at the first, and so on in turns.</summary>
    public Workload(IReadOnlyList<Endpoint> apis, int clients, int keys, int seed)
        : this([.. apis.Select(api => (Route)api)], clients, keys, seed)
    {
    }

    /// <summary>The same with their second ways.</summary>
    public Workload(IReadOnlyList<Route> routes, int clients, int keys, int seed)
    {
        (_keys, _seed) = (keys, seed);
        Clock = new KeyClock(keys);
        _clients = [.. Enumerable.Range(0, clients).Select(number => new StoreClient(routes[number % routes.Count], number, History, Clock))];
    }

    public History History { get; } = new();

    public KeyClock Clock { get; }

    /// <summary>Requests that were sent a second time.</summary>
    public int Retries => _clients.Sum(client => client.Retries);

    public string Troubles => string.Join('\n', _clients
        .SelectMany(client => client.Troubles)
        .GroupBy(trouble => trouble.Key, (what, counts) => $"{counts.Sum(count => count.Value)}x {what}"));

    public void Start()
    {
        Clock.Start();
        _running = [.. _clients.Select((client, i) => Task.Run(() => Use(client, new Random(_seed + i))))];
    }

    /// <summary>Waits until nobody is busy any more with a request that began before this was called.</summary>
    public async Task UntilAllHaveMovedOn(TimeSpan patience)
    {
        var before = _clients.Select(client => client.Done).ToArray();
        await Wait.Until("every user to end an operation", patience, () => Task.FromResult(
            _clients.Zip(before).All(pair => pair.First.Done > pair.Second) ? null : string.Join(", ", _clients.Zip(before).Select(pair => pair.First.Done - pair.Second))));
    }

    /// <summary>Lets every user finish, then reads each key through each user: an acknowledged write that is lost now shows.</summary>
    public async Task Finish()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_running);
        foreach (var client in _clients)
        {
            for (var key = 0; key < _keys; key++)
                await client.Execute(key, Operation.Fetch());
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        foreach (var client in _clients)
            client.Dispose();
        _end.Dispose();
    }

    private async Task Use(StoreClient client, Random random)
    {
        // What this user saw last of each key: what a careful one bases the next write on.
        var seen = Enumerable.Repeat((Value: Told.Absent, Version: 0L), _keys).ToArray();
        while (!_end.IsCancellationRequested)
        {
            var key = random.Next(_keys);
            var operation = Draw(random, seen[key]);
            var answer = await client.Execute(key, operation);
            seen[key] = (operation.Kind, answer.Kind) switch
            {
                (OperationKind.Fetch, AnswerKind.Done) => (answer.Value, answer.Version),
                (OperationKind.Store or OperationKind.Update or OperationKind.TestAndSet, AnswerKind.Done or AnswerKind.Created) => (operation.Value, answer.Version),
                (OperationKind.Touch, AnswerKind.Done) when seen[key].Version > 0 => (seen[key].Value, answer.Version),
                (OperationKind.Delete, AnswerKind.Done) or (_, AnswerKind.NotFound) => (Told.Absent, 0),
                _ => seen[key],
            };
        }
    }

    private Operation Draw(Random random, (long Value, long Version) seen)
    {
        var value = Interlocked.Increment(ref _values);
        return random.Next(21) switch
        {
            < 7 => Operation.Fetch(),
            < 11 => Operation.Store(value),
            11 => Operation.Store(value, ifAbsent: true),
            12 => Operation.Update(value),
            13 when seen.Version > 0 => Operation.Update(value, seen.Version),
            < 16 => Operation.Delete(),
            16 => Operation.Touch(),
            _ => Operation.TestAndSet(seen.Value, value),
        };
    }
}
