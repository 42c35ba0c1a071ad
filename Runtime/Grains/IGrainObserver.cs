using Orleans.Runtime;

namespace Orleans;

/// <summary>An object outside any silo (or in one) that grains can call through a reference.</summary>
public interface IGrainObserver : IAddressable
{
}
