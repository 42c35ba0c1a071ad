using Orleans.Runtime;

namespace Orleans.Services;

/// <summary>A service of which every silo runs one, called on the silo of one's choice.</summary>
public interface IGrainService : ISystemTarget, IAddressable
{
}
