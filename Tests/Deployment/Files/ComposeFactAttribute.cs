using Orleans.Kv.Tests.Driving.Machine;

namespace Orleans.Kv.Tests.Deployment.Files;

/// <summary>A test that needs docker-compose, which reads its files without any Docker. Where there is none it is skipped, and says so; except where <c>CI</c> is set: there it runs, and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ComposeFactAttribute : FactAttribute
{
    public ComposeFactAttribute()
    {
        if (Installed.MayBeMissing && Installed.Find("docker-compose") is null) Skip = "docker-compose is not installed (Debian: apt-get install docker-compose).";
    }
}
