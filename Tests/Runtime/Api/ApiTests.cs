using System.Reflection;

namespace Orleans.Kv.Tests.Runtime.Api;

/// <summary>
/// The engine's public API is a part of Orleans', nothing else. <c>orleans-api.txt</c> lists that part. With this repository's engine the
/// listing must be exactly what it exposes; with Microsoft's packages every line of it must be true of them. So a member that Orleans
/// lacks, or has otherwise, fails one of the two runs.
/// <para>
/// After a deliberate change: run these tests with <c>UPDATE_ORLEANS_API=1</c>, which rewrites the listing, then once with
/// <c>-p:UseOrleansPackages=true</c>.
/// </para>
/// </summary>
public sealed class ApiTests
{
    private const string Listing = "orleans-api.txt";
    private const string OwnEngine = "Orleans.Kv.Runtime";

    private static Assembly Engine => typeof(IGrain).Assembly;

    private static bool IsOwnEngine => Engine.GetName().Name == OwnEngine;

    [Fact]
    public void PublicApi_IsWhatTheListingSays()
    {
        var claimed = File.ReadAllLines(PathOfListing()).Where(line => line.Length > 0 && line[0] != '#').ToList();
        if (!IsOwnEngine)
        {
            var theirs = ApiPrinter.Print(OrleansTypes(claimed), withInherited: true).ToHashSet();
            AssertNone("Orleans has no such member, or has it otherwise", claimed.Where(line => !theirs.Contains(line)));
            return;
        }

        var ours = ApiPrinter.Print(Engine.GetExportedTypes(), withInherited: false).ToList();
        if (Environment.GetEnvironmentVariable("UPDATE_ORLEANS_API") == "1")
        {
            Update(ours);
            return;
        }

        AssertNone("public, but not in the listing", ours.Except(claimed));
        AssertNone("in the listing, but not public", claimed.Except(ours));
    }

    private static void AssertNone(string fault, IEnumerable<string> lines)
    {
        var found = lines.ToList();
        Assert.True(found.Count == 0, $"{fault}:\n{string.Join('\n', found)}");
    }

    /// <summary>The packages' types, of those that the listing mentions: to print all the others takes long and says nothing.</summary>
    private static List<Type> OrleansTypes(List<string> claimed)
    {
        var names = claimed.Where(line => line.Contains(" is ", StringComparison.Ordinal)).Select(line => line[..line.IndexOfAny([' ', '<'])]).ToHashSet();
        return
        [
            .. Directory.GetFiles(AppContext.BaseDirectory, "Orleans*.dll")
                .Where(file => !Path.GetFileName(file).StartsWith("Orleans.Kv.", StringComparison.Ordinal))
                .SelectMany(file => Assembly.LoadFrom(file).GetExportedTypes())
                .Where(type => names.Contains(type.FullName!.Replace('+', '.'))),
        ];
    }

    private static void Update(List<string> lines)
    {
        string[] head = ["# The part of Orleans' public API that the engine in Runtime/ offers. See ApiTests.cs on how to change this file."];
        File.WriteAllText(PathOfListing(), string.Join('\n', head.Concat(lines)) + "\n");
    }

    /// <summary>The file in the source tree: the tests run somewhere below it.</summary>
    private static string PathOfListing()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var path = Path.Combine(directory.FullName, "Api", Listing);
            if (File.Exists(path))
                return path;
        }

        throw new FileNotFoundException($"There is no Api/{Listing} above {AppContext.BaseDirectory}.");
    }
}
