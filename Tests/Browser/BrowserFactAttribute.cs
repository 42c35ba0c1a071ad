using Orleans.Kv.Tests.Driving.Machine;

namespace Orleans.Kv.Tests.Browser;

/// <summary>A test that needs chromium. Without it the test is skipped, and says so; except where <c>CI</c> is set, as <c>.ci/run</c> does: there it runs, and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Installed.MayBeMissing && Chromium.Path is null) Skip = Chromium.Missing;
    }
}
