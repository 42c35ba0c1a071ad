namespace Orleans.Runtime;

public interface ISiloLifecycleSubject : ISiloLifecycle, ILifecycleObservable, ILifecycleObserver
{
}
