namespace Orleans.Kv.Tests.Deployment.Files;

/// <summary>A test that needs docker-compose, which reads its files without any Docker. Where there is none it is skipped, and says so; except where <c>CI</c> is set: there it runs, and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ComposeFactAttribute : FactAttribute
{
    public ComposeFactAttribute()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")) && !folders.Any(static folder => File.Exists(Path.Combine(folder, "docker-compose"))))
            Skip = "docker-compose is not installed (Debian: apt-get install docker-compose).";
    }
}
