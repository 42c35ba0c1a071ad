using Orleans.Kv.Tests.Driving.Machine;

namespace Orleans.Kv.Tests.Processes.Files;

/// <summary>A test that needs lftp. Where there is none it is skipped, and says so; except where <c>CI</c> is set, as <c>.ci/run</c> does: there it runs, and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LftpFactAttribute : FactAttribute
{
    public LftpFactAttribute()
    {
        if (Installed.MayBeMissing && Installed.Find("lftp") is null) Skip = "lftp is not installed (Debian: apt-get install lftp).";
    }
}
