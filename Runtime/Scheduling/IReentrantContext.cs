namespace Orleans.Runtime;

/// <summary>An activation that lets calls of certain call chains in while it waits.</summary>
internal interface IReentrantContext
{
    void EnterReentrantSection(Guid reentrancyId);

    void LeaveReentrantSection(Guid reentrancyId);
}
