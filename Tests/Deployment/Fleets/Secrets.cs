namespace Orleans.Kv.Tests.Deployment.Fleets;

/// <summary>What <c>docker/prepare</c> makes: certificates, tokens and the rest, in a folder.</summary>
internal static class Secrets
{
    /// <param name="folder">Where to.</param>
    /// <param name="addresses">Further names of the hosts, for their certificates.</param>
    public static async Task Prepare(string folder, params IEnumerable<string> addresses)
    {
        var start = Programs.Command("sh", Path.Combine(Programs.Repository, "docker", "prepare"), folder);
        start.Environment["KV"] = $"dotnet {Programs.CommandLine}";
        start.Environment["ALSO"] = string.Join(' ', addresses);
        await using var script = Program.Start(start);
        await script.Exited(Fleet.Patience);
        Assert.True(script.ExitCode == 0, $"docker/prepare ended with {script.ExitCode}: {script.Output}{script.Errors}");
    }
}
