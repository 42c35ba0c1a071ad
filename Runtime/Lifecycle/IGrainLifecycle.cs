namespace Orleans.Runtime;

/// <summary>The stages of one activation.</summary>
public interface IGrainLifecycle : ILifecycleObservable
{
}
