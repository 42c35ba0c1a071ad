using System.Diagnostics;

namespace Orleans.Kv.Tests.Driving.Clusters;

/// <summary>The product's programs as the build of these tests left them: same configuration, same engine.</summary>
public static class Programs
{
    public static string Repository { get; } = FindRepository();

    public static string CommandLine { get; } = Find("Orleans.Kv.Cli.dll");

    public static string Silo { get; } = Find("silo/Orleans.Kv.Silo.dll");

    public static string Api { get; } = Find("api/Orleans.Kv.Api.dll");

    /// <summary>A program that is started with <c>dotnet</c>, its three streams in the test's hands.</summary>
    public static ProcessStartInfo Start(string program, params IEnumerable<string> arguments) => Command("dotnet", [program, .. arguments]);

    /// <summary>Any command, its three streams in the test's hands.</summary>
    public static ProcessStartInfo Command(string command, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(command) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    /// <summary>Where the build of these tests has put another project's output.</summary>
    /// <param name="project">Its folder in the repository.</param>
    // Tests/<project>/bin/..., and each project is built to the same place of its own folder.
    public static string OutputOf(string project) =>
        Path.Combine(Repository, project, Path.GetRelativePath(Path.Combine(Repository, "Tests"), AppContext.BaseDirectory).Split(Path.DirectorySeparatorChar, 2)[1]);

    private static string Find(string program)
    {
        var path = Path.Combine(OutputOf("Cli"), program);
        return File.Exists(path) ? path : throw new FileNotFoundException("The build of this project brings it.", path);
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Orleans.Kv.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No repository above {AppContext.BaseDirectory}.");
    }
}
