using Orleans.Runtime;

namespace Orleans;

public interface IGrainWithIntegerCompoundKey : IGrain, IAddressable
{
}
