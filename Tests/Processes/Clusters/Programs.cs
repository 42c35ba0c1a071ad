using System.Diagnostics;

namespace Orleans.Kv.Tests.Processes.Clusters;

/// <summary>The product's programs as the build of these tests left them: same configuration, same engine.</summary>
internal static class Programs
{
    public static string Repository { get; } = FindRepository();

    public static string CommandLine { get; } = Find("Orleans.Kv.Cli.dll");

    public static string Api { get; } = Find("api/Orleans.Kv.Api.dll");

    /// <summary>A program that is started with <c>dotnet</c>, its three streams in the test's hands.</summary>
    public static ProcessStartInfo Start(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    private static string Find(string program)
    {
        var output = Path.GetRelativePath(Path.Combine(Repository, "Tests", "Processes"), AppContext.BaseDirectory);
        var path = Path.Combine(Repository, "Cli", output, program);
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
