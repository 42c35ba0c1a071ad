namespace Orleans.Kv.Tests.Deployment.Files;

/// <summary>The files in <c>docker/</c>, as far as they can be held to the truth without Docker and Kubernetes.</summary>
public class DockerFilesTests
{
    private static string Docker => Path.Combine(Programs.Repository, "docker");

    [ComposeFact]
    public async Task ComposeFiles_AreRead()
    {
        foreach (var file in new[] { "compose.yml", "compose.dev.yml" })
        {
            var read = await Command.Run("docker-compose", "-f", Path.Combine(Docker, file), "config");
            Assert.Contains("silo-3:", read, StringComparison.Ordinal);
        }
    }
}
