using Orleans.Kv.Tests.Driving.Machine;

namespace Orleans.Kv.Tests.Driving.Databases;

/// <summary>A test that needs PostgreSQL's programs. Without them it is skipped, and says so; except where <c>CI</c> is set, as <c>.ci/run</c> does: there it runs, and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    private static readonly string[] Needed = ["postgres", "initdb", "psql", "pg_isready"];

    public PostgresFactAttribute()
    {
        if (Installed.MayBeMissing && Missing is { } missing) Skip = missing;
    }

    /// <summary>Null where a server can be started.</summary>
    public static string? Missing => Needed.FirstOrDefault(name => Find(name) is null) is { } missing
        ? $"PostgreSQL's {missing} is not installed (Debian: apt-get install postgresql)."
        : null;

    /// <summary>A program of PostgreSQL: Debian keeps those of the server out of the search path, one folder for each version.</summary>
    internal static string? Find(string name)
    {
        var versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        return versions.OrderByDescending(version => int.TryParse(Path.GetFileName(version), out var number) ? number : 0)
            .Select(version => Path.Combine(version, "bin", name))
            .FirstOrDefault(File.Exists) ?? Installed.Find(name);
    }
}
