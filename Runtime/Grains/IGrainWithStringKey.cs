using Orleans.Runtime;

namespace Orleans;

public interface IGrainWithStringKey : IGrain, IAddressable
{
}
