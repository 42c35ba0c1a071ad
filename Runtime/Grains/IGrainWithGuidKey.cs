using Orleans.Runtime;

namespace Orleans;

public interface IGrainWithGuidKey : IGrain, IAddressable
{
}
