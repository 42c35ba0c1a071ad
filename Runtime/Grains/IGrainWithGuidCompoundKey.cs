using Orleans.Runtime;

namespace Orleans;

public interface IGrainWithGuidCompoundKey : IGrain, IAddressable
{
}
