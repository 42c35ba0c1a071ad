namespace Orleans;

/// <summary>A service that takes part in a lifecycle: every registered one is asked before the start.</summary>
public interface ILifecycleParticipant<TLifecycleObservable>
    where TLifecycleObservable : ILifecycleObservable
{
    void Participate(TLifecycleObservable lifecycle);
}
