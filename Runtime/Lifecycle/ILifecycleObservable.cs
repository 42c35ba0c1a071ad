namespace Orleans;

/// <summary>Something that starts and stops in stages which others can take part in.</summary>
public interface ILifecycleObservable
{
    IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer);
}
