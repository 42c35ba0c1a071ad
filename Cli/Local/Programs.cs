using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orleans.Kv.Cli.Local;

/// <summary>Finds the programs that a local cluster consists of, and how to start them.</summary>
internal static class Programs
{
    public static ProcessStartInfo Silo(IEnumerable<string> arguments) => Start("silo", "Orleans.Kv.Silo.dll", arguments);

    public static ProcessStartInfo Api(IEnumerable<string> arguments) => Start("api", "Orleans.Kv.Api.dll", arguments);

    private static ProcessStartInfo Start(string folder, string assembly, IEnumerable<string> arguments)
    {
        var path = Path.Combine(AppContext.BaseDirectory, folder, assembly);
        if (!File.Exists(path)) throw new CliException(ExitCodes.Unavailable, $"{path} is missing: build the Cli project again.");
        var start = new ProcessStartInfo(Dotnet())
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(path);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return start;
    }

    // The host that runs this program runs those too, whether or not one is on the path.
    private static string Dotnet()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var beside = Path.Combine(root, name);
        return File.Exists(beside) ? beside : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? name;
    }
}
