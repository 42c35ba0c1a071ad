using System.Runtime.CompilerServices;

namespace Orleans.Runtime;

/// <summary>
/// Runs the turns of one activation one at a time, on pool threads: requests, and whatever they continue with.
/// </summary>
/// <remarks>
/// Grain code runs inside a task of this scheduler, so that <see cref="TaskScheduler.Current"/> is this one: awaits come back to it, and
/// so does what <c>Task.Factory.StartNew</c> starts; <c>Task.Run</c> leaves it. One such task drains everything that is queued: a request
/// costs no task of its own.
/// </remarks>
internal sealed class TurnScheduler(ITurnOwner owner) : TaskScheduler, IThreadPoolWorkItem, IWorkItemScheduler
{
    /// <summary>After so many turns in a row it is the turn of other activations; the rest waits in the pool's queue again.</summary>
    private const int TurnsPerSlice = 64;

    /// <summary>Or after so many milliseconds.</summary>
    private const int SliceMilliseconds = 50;

    private readonly Lock _gate = new();
    private readonly Queue<object> _items = new();
    private bool _scheduled;
    private Task? _slice;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Whether the calling code is in one of this scheduler's turns.</summary>
    public bool IsCurrent => ReferenceEquals(RuntimeContext.Current, owner.Context);

    public int QueueLength
    {
        get
        {
            lock (_gate)
            {
                return _items.Count;
            }
        }
    }

    public void QueueTurn(Turn turn) => Queue(turn);

    public void QueueAction(Action action) => Queue(action);

    public void QueueAction(Action<object> action, object state) => Queue(new StateAction(action, state));

    void IWorkItemScheduler.QueueTask(Task task) => task.Start(this);

    void IThreadPoolWorkItem.Execute()
    {
        var slice = new Task(static state => ((TurnScheduler)state!).Drain(), this, CancellationToken.None, TaskCreationOptions.DenyChildAttach);
        _slice = slice;
        slice.Start(this);
    }

    protected override void QueueTask(Task task)
    {
        if (ReferenceEquals(task, _slice))
        {
            _slice = null;
            TryExecuteTask(task);
            return;
        }

        Queue(task);
    }

    // In a turn of this scheduler already: running it here keeps one turn at a time.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && IsCurrent && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
        {
            return [.. _items.OfType<Task>()];
        }
    }

    private void Queue(object item)
    {
        lock (_gate)
        {
            _items.Enqueue(item);
            if (_scheduled)
            {
                return;
            }

            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Drain()
    {
        var outer = RuntimeContext.Exchange(owner.Context);
        var context = ExecutionContext.Capture();
        var sliceEnd = Environment.TickCount64 + SliceMilliseconds;
        try
        {
            for (var turns = 0; ; turns++)
            {
                object item;
                lock (_gate)
                {
                    if (!_items.TryPeek(out item!))
                    {
                        _scheduled = false;
                        return;
                    }

                    if (turns >= TurnsPerSlice || (turns > 0 && Environment.TickCount64 > sliceEnd))
                    {
                        break;
                    }

                    _items.Dequeue();
                }

                Run(item, context);
            }
        }
        finally
        {
            RuntimeContext.Exchange(outer);
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Run(object item, ExecutionContext? context)
    {
        try
        {
            switch (item)
            {
                case Turn turn:
                    owner.Begin(turn);
                    break;
                case Task task:
                    TryExecuteTask(task);
                    return;
                case Action action:
                    action();
                    break;
                case StateAction action:
                    action.Invoke();
                    break;
            }
        }
        catch (Exception exception)
        {
            owner.OnTurnFailed(exception);
        }

        // What a turn put into async locals is its own and must not be seen by the next.
        if (context is not null)
        {
            ExecutionContext.Restore(context);
        }
    }

    private sealed class StateAction(Action<object> action, object state)
    {
        public void Invoke() => action(state);
    }
}
