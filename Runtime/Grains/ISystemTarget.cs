using Orleans.Runtime;

namespace Orleans;

/// <summary>Something that is called on a named silo, past directory and placement.</summary>
public interface ISystemTarget : IAddressable
{
}
