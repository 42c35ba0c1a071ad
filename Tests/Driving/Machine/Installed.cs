namespace Orleans.Kv.Tests.Driving.Machine;

/// <summary>What the machine has that tests need beside the SDK.</summary>
public static class Installed
{
    private static readonly string[] Folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);

    /// <summary>Whether a test that lacks something is skipped, and says so; where not, as in CI, it runs, and fails.</summary>
    public static bool MayBeMissing => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));

    /// <summary>The first program on the path that has one of these names; null where none has.</summary>
    public static string? Find(params string[] names) =>
        Folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}
