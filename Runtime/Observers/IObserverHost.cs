namespace Orleans.Runtime;

/// <summary>Keeps the objects of this process that can be called as observers.</summary>
internal interface IObserverHost
{
    GrainId Register(IGrainObserver observer);

    void Unregister(GrainId id);
}
