namespace Orleans.Runtime;

/// <summary>Runs work as turns of one activation, one at a time.</summary>
public interface IWorkItemScheduler
{
    void QueueAction(Action action);

    void QueueAction(Action<object> action, object state);

    void QueueTask(Task task);
}
