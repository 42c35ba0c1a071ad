using Orleans.Kv.Tests.Driving.Machine;

namespace Orleans.Kv.Tests.Driving.Hosts;

/// <summary>
/// A test that needs machines of its own. Where they cannot be made it is skipped, and says what is missing; except where <c>CI</c> is set, as <c>.ci/run</c> does: there it
/// runs, and fails with that reason.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public class NetworkFactAttribute : FactAttribute
{
    private static readonly Lazy<Task<string?>> Missing = new(Try);

    public NetworkFactAttribute()
    {
        // Discovery has no asynchronous form.
        if (Installed.MayBeMissing && Missing.Value.GetAwaiter().GetResult() is { } missing)
            Skip = missing;
    }

    private static async Task<string?> Try()
    {
        if (!OperatingSystem.IsLinux()) return "Network namespaces are Linux'.";
        if (!Environment.IsPrivilegedProcess) return "Making network namespaces takes root.";
        try
        {
            await using var network = await HostNetwork.Create(hosts: 1);
            return null;
        }
        catch (Exception fault) when (fault is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"No network namespaces with rules can be made here (iproute2 and iptables are needed, and the right to use them): {fault.Message}";
        }
    }
}
