using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Orleans.Runtime.Messaging;

namespace Orleans.Runtime;

/// <summary>The activations of this silo.</summary>
internal sealed class Catalog
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private readonly ConcurrentDictionary<GrainId, StatelessWorkers> _workers = new();
    private readonly ConcurrentDictionary<GrainClass, StrongBox<int>> _counts = new();
    private ActivationServices? _services;

    public IEnumerable<Activation> All =>
        _activations.Select(pair => pair.Value).Concat(_workers.SelectMany(pair => pair.Value.Workers));

    /// <summary>Those that the directory knows, or will.</summary>
    public IEnumerable<Activation> Registered => _activations.Select(pair => pair.Value);

    /// <summary>
    /// How many activations there are of each class. Counted as they come and go: statistics are asked for every few seconds, of silos that hold millions.
    /// </summary>
    public IEnumerable<(GrainClass Class, int Count)> Counts =>
        _counts.Select(static pair => (pair.Key, Volatile.Read(ref pair.Value.Value)))
            .Concat(_workers.SelectMany(static pair => pair.Value.Workers).Select(static worker => (worker.Class, 1)));

    /// <summary>Must be given before the first request: activations and the way requests take refer to each other.</summary>
    public ActivationServices Services
    {
        get => _services ?? throw new InvalidOperationException("The silo is not composed yet.");
        set => _services = value;
    }

    public bool TryGet(GrainId id, [NotNullWhen(true)] out Activation? activation) => _activations.TryGetValue(id, out activation);

    public Activation GetOrCreate(GrainId id, GrainClass grainClass, Dictionary<string, object>? requestContext)
    {
        while (true)
        {
            if (_activations.TryGetValue(id, out var existing))
            {
                return existing;
            }

            var created = new Activation(Services, grainClass, id);
            if (_activations.TryAdd(id, created))
            {
                Interlocked.Increment(ref CountOf(grainClass).Value);
                created.Activate(requestContext);
                return created;
            }
        }
    }

    public void ReceiveByWorker(GrainId id, GrainClass grainClass, RequestMessage message)
    {
        while (!WorkersOf(id, grainClass).TryReceive(message))
        {
        }
    }

    public void Remove(Activation activation)
    {
        if (activation.Workers is { } workers)
        {
            workers.Remove(activation);
        }
        else if (_activations.TryRemove(new(activation.GrainId, activation)))
        {
            Interlocked.Decrement(ref CountOf(activation.Class).Value);
        }
    }

    private StrongBox<int> CountOf(GrainClass grainClass) => _counts.GetOrAdd(grainClass, static _ => new StrongBox<int>());

    private StatelessWorkers WorkersOf(GrainId id, GrainClass grainClass) =>
        _workers.TryGetValue(id, out var workers)
            ? workers
            : _workers.GetOrAdd(id, new StatelessWorkers(id, grainClass, this));

    internal void RemoveWorkers(StatelessWorkers workers) => _workers.TryRemove(new(workers.Id, workers));
}
