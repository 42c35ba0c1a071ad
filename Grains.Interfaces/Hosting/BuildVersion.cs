using System.Reflection;

namespace Orleans.Kv.Interfaces.Hosting;

/// <summary>Of which build a process is: that of the contracts, by which two builds understand each other. All programs of one build have the same.</summary>
public static class BuildVersion
{
    /// <summary>The version, and behind a plus sign the commit where the build knew one; null where it does not say.</summary>
    public static string? Current { get; } = typeof(BuildVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
}
