using Orleans.Kv.Tests.Driving.Databases;
using Orleans.Kv.Tests.Driving.Machine;

namespace Orleans.Kv.Tests.Deployment.Fleets;

/// <summary>
/// A test that needs machines of its own, with a load balancer and a database. Where something is missing it is skipped, and says what; except where <c>CI</c> is set, as <c>.ci/run</c> does: there it runs, and fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FleetFactAttribute : NetworkFactAttribute
{
    public FleetFactAttribute()
    {
        if (!Installed.MayBeMissing || Skip is not null) return;
        Skip = Balancer.Find() is null ? "haproxy is not installed (Debian: apt-get install haproxy)." : PostgresFactAttribute.Missing;
    }
}
