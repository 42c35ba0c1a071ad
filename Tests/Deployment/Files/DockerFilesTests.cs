using System.Text.RegularExpressions;
using Orleans.Kv.Tests.Deployment.Fleets;

namespace Orleans.Kv.Tests.Deployment.Files;

/// <summary>The files in <c>docker/</c>, as far as they can be held to the truth without Docker and Kubernetes.</summary>
public partial class DockerFilesTests
{
    /// <summary>Those of the load balancer.</summary>
    private static readonly string[] Others = ["KV_STATS", "KV_API_1", "KV_API_2", "KV_CERTIFICATE", "KV_AUTHORITY"];

    /// <summary>Options without a value.</summary>
    private static readonly string[] Switches = ["--insecure"];

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

    [Fact]
    public async Task EveryVariable_IsAnOption()
    {
        var files = Directory.GetFiles(Docker, "*", SearchOption.AllDirectories).Where(file => file.EndsWith(".yml", StringComparison.Ordinal) || file.EndsWith(".yaml", StringComparison.Ordinal) || Path.GetFileName(file) == "Dockerfile");
        var variables = files.SelectMany(file => Variable().Matches(File.ReadAllText(file)).Select(match => match.Value)).Distinct().Except(Others).ToList();
        Assert.True(variables.Count > 10, $"only {string.Join(", ", variables)} were found");

        var options = variables.ToDictionary(variable => variable, variable => "--" + variable["KV_".Length..].ToLowerInvariant().Replace('_', '-'));
        // One that no program has, so that both refuse, and say what else they do not know.
        string[] arguments = [.. options.Values.Select(option => Switches.Contains(option) ? option : option + "=x"), "--no-such-option=x"];
        var (_, _, silo) = await Program.Run(Programs.Silo, arguments);
        var (_, _, api) = await Program.Run(Programs.Api, arguments);

        Assert.Contains("--no-such-option is not an option", silo, StringComparison.Ordinal);
        Assert.Contains("--no-such-option is not an option", api, StringComparison.Ordinal);
        Assert.All(options, pair => Assert.False(
            IsUnknown(silo, pair.Value) && IsUnknown(api, pair.Value), $"{pair.Key} is set in docker/, and neither program has an option {pair.Value}"));
    }

    [Fact]
    public async Task Preparation_MakesEverySecretThatComposeNames()
    {
        using var folder = new Folder();
        await Secrets.Prepare(folder.Path);
        var names = SecretFile().Matches(await File.ReadAllTextAsync(Path.Combine(Docker, "compose.yml"))).Select(match => match.Groups[1].Value).ToList();
        Assert.True(names.Count > 10, $"only {string.Join(", ", names)} were found");
        Assert.All(names, name => Assert.True(new FileInfo(folder.File(name)) is { Exists: true, Length: > 0 }, $"docker/prepare does not make {name}"));

        // A second run leaves everything as it is.
        var before = await File.ReadAllTextAsync(folder.File("tokens"));
        await Secrets.Prepare(folder.Path);
        Assert.Equal(before, await File.ReadAllTextAsync(folder.File("tokens")));
    }

    private static bool IsUnknown(string errors, string option) => errors.Contains(option + " is not an option", StringComparison.Ordinal);

    [GeneratedRegex("KV_[A-Z0-9_]+")]
    private static partial Regex Variable();

    [GeneratedRegex(@"file: \./secrets/([^}\s]+)")]
    private static partial Regex SecretFile();
}
