namespace Orleans;

/// <summary>Runs around every call that a silo's grains receive. A grain class may be its own filter.</summary>
public interface IIncomingGrainCallFilter
{
    Task Invoke(IIncomingGrainCallContext context);
}
