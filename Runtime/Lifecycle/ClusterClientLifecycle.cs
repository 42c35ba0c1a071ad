using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

internal sealed class ClusterClientLifecycle(ILogger<ClusterClientLifecycle> logger) : LifecycleSubject(logger), IClusterClientLifecycle
{
}
