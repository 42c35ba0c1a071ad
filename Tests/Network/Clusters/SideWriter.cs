using System.Diagnostics;
using System.Globalization;

namespace Orleans.Kv.Tests.Network.Clusters;

/// <summary>
/// One user on one side of a cut, who writes to some keys and reads back each write that was acknowledged: alone on that side, so that a side that forgets what it acknowledged is found out.
/// </summary>
internal sealed class SideWriter(string name, IReadOnlyList<ApiClient> clients, IReadOnlyList<string> keys, bool hasQuorum, int seed)
{
    private static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, Write> _last = [];
    private readonly List<string> _faults = [];
    private long _values;

    /// <summary>A write that was acknowledged, by the time stamps of <see cref="Stopwatch"/>; a null value is a delete.</summary>
    public sealed record Write(long? Value, long Sent, long Acknowledged);

    /// <summary>The last of each key.</summary>
    public IReadOnlyDictionary<string, Write> Last => _last;

    public int Acknowledged { get; private set; }

    /// <summary>Answers that nobody was there or nobody knows.</summary>
    public int Unserved { get; private set; }

    /// <summary>The longest time from a question to its answer, the tries that nobody served included.</summary>
    public TimeSpan LongestGap { get; private set; }

    /// <summary>Answers that the side must not give.</summary>
    public string Faults => string.Join('\n', _faults.Take(10));

    public async Task WriteFor(TimeSpan duration)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < duration)
            await WriteOnce();
    }

    private async Task WriteOnce()
    {
        var key = keys[_random.Next(keys.Count)];
        long? value = _random.Next(8) == 0 ? null : seed * 1_000_000L + ++_values;
        var sent = Stopwatch.GetTimestamp();
        var reply = await Answer(client => value is { } number ? client.Store(key, number) : client.Remove(key));
        if (hasQuorum ? reply.Status is 200 or 201 : reply.Status == 202)
        {
            if (!hasQuorum && reply.Json.GetProperty("committed").GetBoolean()) Fault(key, $"202, but committed: {reply}");
            _last[key] = new Write(value, sent, Stopwatch.GetTimestamp());
            Acknowledged++;
        }
        else if (reply.Status != 404 || value is not null)
        {
            Fault(key, $"a write was answered {reply}");
        }

        await ReadBack(key);
    }

    private async Task ReadBack(string key)
    {
        var read = await Answer(client => client.Fetch(key));
        if (!_last.TryGetValue(key, out var last))
            return;
        if (last.Value is null ? read.Status != 404 : read.Status != 200 || read.Value != last.Value)
            Fault(key, $"acknowledged {Text(last.Value)}, then read {read}");
        else if (read.Status == 200 && read.Json.GetProperty("stale").GetBoolean() == hasQuorum)
            Fault(key, $"a side that {(hasQuorum ? "has a" : "has no")} quorum reads {read}");
    }

    /// <summary>Asks until somebody serves: there is nobody while the process of a silo that was declared dead changes hosts. How long that lasts is <see cref="LongestGap"/>.</summary>
    private async Task<Reply> Answer(Func<ApiClient, Task<Reply>> ask)
    {
        var began = Stopwatch.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            var reply = await ask(clients[_random.Next(clients.Count)]);
            var waited = Stopwatch.GetElapsedTime(began);
            if (reply.Status is not (503 or 504) || reply.Code == "no-quorum" || waited > GiveUp)
            {
                LongestGap = waited > LongestGap ? waited : LongestGap;
                return reply;
            }

            Unserved++;
            await Task.Delay(Pause);
        }
    }

    private void Fault(string key, string what) => _faults.Add($"{name}, {key}: {what}");

    private static string Text(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "a delete";
}
