using System.Globalization;
using Orleans.Kv.Tests.Driving.Clusters;

namespace Orleans.Kv.Tests.Driving.Hosts;

/// <summary>
/// What the network namespaces of these tests are called: <c>kvnet-PROCESS-NUMBER-HOST</c>. A namespace outlives whoever made it, so its name says whose it is, and what
/// a dead process has left behind is removed by the next one that makes any.
/// </summary>
internal static class NamespaceName
{
    private const string Prefix = "kvnet-";
    private const string Folder = "/run/netns";
    private static int _networks;

    public static string Of(int network, string host) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{network}-{host}");

    public static int NextNetwork() => Interlocked.Increment(ref _networks);

    public static string FileOf(string name) => Path.Combine(Folder, name);

    /// <summary>Ends and removes what test processes that are gone have left.</summary>
    public static async Task RemoveStale()
    {
        if (!Directory.Exists(Folder)) return;
        foreach (var name in Directory.EnumerateFiles(Folder, Prefix + "*").Select(Path.GetFileName).OfType<string>())
        {
            if (int.TryParse(name[Prefix.Length..].Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var process) && !Signals.IsAlive(process))
                await Remove(name);
        }
    }

    /// <summary>Removes a namespace and all that runs in it; its interfaces go with it.</summary>
    public static async Task Remove(string name)
    {
        foreach (var process in (await Command.Run("ip", "netns", "pids", name)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            KillIfThere(int.Parse(process, CultureInfo.InvariantCulture));
        await Command.Run("ip", "netns", "del", name);
    }

    private static void KillIfThere(int process)
    {
        try
        {
            Signals.Kill(process);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself since it was listed.
        }
    }
}
