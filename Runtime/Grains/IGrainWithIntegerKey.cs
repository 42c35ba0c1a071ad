using Orleans.Runtime;

namespace Orleans;

public interface IGrainWithIntegerKey : IGrain, IAddressable
{
}
