using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orleans.Kv.Bench.Http;

namespace Orleans.Kv.Bench.Failover;

/// <summary>
/// Users who go round all keys, storing and fetching in turn, as fast as they are answered, and never give up. A gap of a key is the time
/// between two successful answers on it; a key also waits for its turn, which is some milliseconds.
/// </summary>
internal sealed class FailoverLoad(Uri url, int keys, int connections)
{
    private const int ValueSize = 100;

    /// <summary>A user who hears nothing for this long asks again on a new connection.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly byte[][] _stores = RequestSet.Make("store", url.Authority, keys, ValueSize);
    private readonly byte[][] _fetches = RequestSet.Make("fetch", url.Authority, keys, ValueSize);
    private readonly IPEndPoint _address = new(IPAddress.Parse(url.Host), url.Port);
    private readonly Lock _gate = new();
    private readonly long[] _lastOfKey = new long[keys];
    private readonly SortedDictionary<string, int> _failures = [];
    private int _turn;
    private long _last;
    private long _longestOfAll;
    private long _longestOfAKey;

    public long Done { get; private set; }

    public double LongestOfAKey => _longestOfAKey * 1000.0 / Stopwatch.Frequency;

    public double LongestOfAll => _longestOfAll * 1000.0 / Stopwatch.Frequency;

    public string Failures => _failures.Count == 0
        ? "none"
        : string.Join(", ", _failures.Select(failure => string.Create(CultureInfo.InvariantCulture, $"{failure.Value}x {failure.Key}")));

    /// <summary>Starts counting anew: what was slow before was warming up.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            (_longestOfAll, _longestOfAKey, Done) = (0, 0, 0);
            _last = Stopwatch.GetTimestamp();
            Array.Fill(_lastOfKey, _last);
            _failures.Clear();
        }
    }

    public async Task Run(CancellationToken end)
    {
        Forget();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => Use(end), CancellationToken.None)));

        // A key that never came back has its gap, too.
        var now = Stopwatch.GetTimestamp();
        foreach (var last in _lastOfKey)
            _longestOfAKey = Math.Max(_longestOfAKey, now - last);
    }

    private async Task Use(CancellationToken end)
    {
        HttpConnection? connection = null;
        while (!end.IsCancellationRequested)
        {
            var turn = Interlocked.Increment(ref _turn);
            var key = turn % keys;
            var request = (turn / keys) % 2 == 0 ? _stores[key] : _fetches[key];
            using var deadline = new CancellationTokenSource(Patience);
            try
            {
                connection ??= await HttpConnection.Open(_address, deadline.Token);
                var status = await connection.Send(request, deadline.Token);
                if (status is >= 200 and < 300 || (status == 404 && request == _fetches[key]))
                    Note(key);
                else
                    Note($"{status}");
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                Note(e.GetType().Name);
                connection?.Dispose();
                connection = null;
            }
        }

        connection?.Dispose();
    }

    private void Note(int key)
    {
        lock (_gate)
        {
            var now = Stopwatch.GetTimestamp();
            Done++;
            _longestOfAll = Math.Max(_longestOfAll, now - _last);
            _longestOfAKey = Math.Max(_longestOfAKey, now - _lastOfKey[key]);
            _last = now;
            _lastOfKey[key] = now;
        }
    }

    private void Note(string failure)
    {
        lock (_gate)
            _failures[failure] = _failures.GetValueOrDefault(failure) + 1;
    }
}
