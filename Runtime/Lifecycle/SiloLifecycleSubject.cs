using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

internal sealed class SiloLifecycleSubject(ILogger<SiloLifecycleSubject> logger) : LifecycleSubject(logger), ISiloLifecycleSubject
{
}
