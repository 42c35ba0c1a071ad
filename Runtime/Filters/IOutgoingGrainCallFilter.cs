namespace Orleans;

/// <summary>Runs around every call that leaves this host.</summary>
public interface IOutgoingGrainCallFilter
{
    Task Invoke(IOutgoingGrainCallContext context);
}
