using System.Diagnostics;
using System.Globalization;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Checking.Linearizability;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>
/// Clients that read, write, delete and test-and-set a few keys without pause and note what they are told. A client whose operation gets no answer
/// sends it again, under the same id, to a coordinator, as the API host does.
/// </summary>
public sealed class Load(StoreCluster cluster, int keys, int clients, int seed, double coordinated)
{
    private static readonly TimeSpan HedgeAfter = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(8);

    private readonly string _prefix = "load-" + Guid.NewGuid().ToString("N") + "-";
    private readonly History _history = new();
    private readonly long[] _lastSuccess = new long[keys];
    private readonly long[] _longestGap = new long[keys];
    private long _value;
    private int _answered;
    private int _unknown;

    /// <summary>The longest time that some key went without a successful answer, from its first one on.</summary>
    public TimeSpan LongestGap => TimeSpan.FromSeconds((double)_longestGap.Max() / Stopwatch.Frequency);

    public int Answered => _answered;

    public IReadOnlyList<InProcessSiloHandle> Alive { get; set; } = cluster.Silos;

    public Task Run(int operationsPerClient) => Run(operationsPerClient, CancellationToken.None);

    public Task Run(int operationsPerClient, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => Client(client, operationsPerClient, stop), CancellationToken.None)));

    public void AssertLinearizable(int leastAnswered)
    {
        Assert.True(_answered >= leastAnswered, $"seed {seed}: only {_answered} operations were answered ({_unknown} unknown), {leastAnswered} make a test");
        var result = new LinearizabilityChecker().Check(_history);
        Assert.True(result.IsLinearizable, $"seed {seed}: {result}");
    }

    private async Task Client(int client, int operations, CancellationToken stop)
    {
        var random = new Random((seed * 1000) + client);
        var origin = new Origin();
        for (var i = 0; i < operations && !stop.IsCancellationRequested; i++)
        {
            var key = random.Next(keys);
            var operation = Choose(random);
            var number = _history.Invoke(client, key, operation, Stopwatch.GetTimestamp());
            var reply = await Ask(_prefix + key, ToRequest(origin, operation), random);
            var answer = ToAnswer(operation, reply);
            var now = Stopwatch.GetTimestamp();
            _history.Return(number, answer, now);
            if (answer.Kind is AnswerKind.Unknown or AnswerKind.NotDone) Interlocked.Increment(ref _unknown);
            else NoteSuccess(key, now);
        }
    }

    private void NoteSuccess(int key, long now)
    {
        Interlocked.Increment(ref _answered);
        var last = Interlocked.Exchange(ref _lastSuccess[key], now);
        if (last == 0) return;
        lock (_longestGap) _longestGap[key] = Math.Max(_longestGap[key], now - last);
    }

    private Operation Choose(Random random)
    {
        var fresh = Interlocked.Increment(ref _value);
        return random.Next(11) switch
        {
            < 4 => Operation.Fetch(),
            < 6 => Operation.Store(fresh),
            6 => Operation.Store(fresh, ifAbsent: true),
            7 => Operation.Update(fresh),
            8 => Operation.Delete(),
            10 => Operation.Touch(),
            _ => Operation.TestAndSet(random.Next(2) == 0 ? Told.Absent : fresh - random.Next(1, 12), fresh),
        };
    }

    private async Task<OperationReply?> Ask(string key, OperationRequest request, Random random)
    {
        var began = Stopwatch.GetTimestamp();
        var first = random.NextDouble() < coordinated ? Coordinate(key, request, random) : cluster.Key(key).Execute(request).AsTask();
        try
        {
            var reply = await first.WaitAsync(HedgeAfter);
            if (IsFinal(reply)) return reply;
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException or ObjectDisposedException)
        {
            // The grain's silo is silent or gone: another one can do it.
        }

        while (Stopwatch.GetElapsedTime(began) < GiveUpAfter)
        {
            try
            {
                var reply = await Coordinate(key, request, random).WaitAsync(TimeSpan.FromSeconds(4));
                // The first proposer was asked too: only a fact settles it.
                if (IsFact(reply)) return reply;
            }
            catch (Exception fault) when (fault is TimeoutException or OrleansException or ObjectDisposedException)
            {
                await Task.Yield();
            }
        }

        return null;
    }

    private Task<OperationReply> Coordinate(string key, OperationRequest request, Random random)
    {
        var alive = Alive;
        return cluster.Coordinator(alive[random.Next(alive.Count)]).Execute(key, request).AsTask();
    }

    private static bool IsFact(OperationReply reply) => reply.Status is ReplyStatus.Done or ReplyStatus.NotFound or ReplyStatus.ConditionFailed;

    private static bool IsFinal(OperationReply reply) => IsFact(reply) || reply.Status is ReplyStatus.Unknown;

    private static OperationRequest ToRequest(Origin origin, in Operation operation) => operation.Kind switch
    {
        OperationKind.Fetch => origin.Fetch(),
        OperationKind.Store => origin.Store(Origin.Json(operation.Value), ifAbsent: operation.IfAbsent),
        OperationKind.Update => origin.Update(Origin.Json(operation.Value)),
        OperationKind.Delete => origin.Delete(),
        OperationKind.Touch => origin.Touch(TimeSpan.Zero),
        _ => origin.TestAndSet(operation.Expect == Told.Absent ? null : Origin.Json(operation.Expect), Origin.Json(operation.Value)),
    };

    private static Answer ToAnswer(in Operation operation, OperationReply? reply)
    {
        switch (reply?.Status)
        {
            case ReplyStatus.NotFound:
                return Answer.NotFound;
            case ReplyStatus.ConditionFailed:
                return Answer.Failed(reply.Version);
            case ReplyStatus.Done when operation.Kind == OperationKind.Fetch:
                return Answer.Found(long.Parse(Origin.Text(reply), CultureInfo.InvariantCulture), reply.Version);
            case ReplyStatus.Done when operation.Kind == OperationKind.TestAndSet && !reply.Swapped:
                var found = reply.Value is not null ? long.Parse(Origin.Text(reply), CultureInfo.InvariantCulture) : reply.Version == 0 ? Told.Absent : Told.Nothing;
                return Answer.Failed(reply.Version, found);
            case ReplyStatus.Done when reply.Created && operation.Kind == OperationKind.Store:
                return Answer.Created(reply.Version);
            case ReplyStatus.Done:
                return Answer.Done(reply.Version);
            default:
                return Answer.Unknown;
        }
    }
}
