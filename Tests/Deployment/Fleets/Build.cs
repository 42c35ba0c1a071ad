using System.Diagnostics;

namespace Orleans.Kv.Tests.Deployment.Fleets;

/// <summary>The programs of one build.</summary>
/// <param name="Silo">Where its silo is.</param>
/// <param name="Api">Where its API host is.</param>
internal sealed record Build(string Silo, string Api)
{
    private const string Contracts = "Orleans.Kv.Interfaces.dll";

    /// <summary>The one that these tests were built with.</summary>
    public static Build Present { get; } = new(Programs.Silo, Programs.Api);

    /// <summary>As its processes say it.</summary>
    public string Version { get; } = FileVersionInfo.GetVersionInfo(Path.Combine(Path.GetDirectoryName(Silo)!, Contracts)).ProductVersion
        ?? throw new InvalidOperationException($"{Contracts} beside {Silo} has no version.");

    /// <summary>The next one, put together in this folder: the present one with the contracts of <c>Tests/Next</c>, whose messages all have a field more.</summary>
    public static Build Next(string folder)
    {
        var contracts = Path.Combine(Programs.OutputOf("Tests/Next"), Contracts);
        return new Build(Changed(Programs.Silo, Path.Combine(folder, "next-silo"), contracts), Changed(Programs.Api, Path.Combine(folder, "next-api"), contracts));
    }

    private static string Changed(string program, string folder, string contracts)
    {
        var from = Path.GetDirectoryName(program)!;
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        File.Copy(contracts, Path.Combine(folder, Contracts), overwrite: true);
        return Path.Combine(folder, Path.GetFileName(program));
    }
}
