using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orleans.Kv.Tests.Checking.Machine;

namespace Orleans.Kv.Tests.Processes.CommandLine;

/// <summary>What <c>kv up</c> promises to who starts it.</summary>
[Collection(ProcessTests.Name)]
public class UpTests
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(15);

    /// <summary>One cluster for both claims: a start of its own for each would say nothing more.</summary>
    [Fact]
    public async Task ASecondUpOfItsDirectory_IsRefused_AndCtrlC_EndsWithSuccessAndLeavesNoProcess()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            var (code, output, errors) = await Program.Run(
                Programs.CommandLine, "up", "--port", Ports.Free().ToString(CultureInfo.InvariantCulture), "--dir", cluster.Directory);
            OneSentence(code, output, errors, cluster.Directory);
            Assert.Equal(4, cluster.Processes.Count(Signals.IsAlive));
            Signals.Interrupt(cluster.Up.Id);
            await cluster.Up.Exited(EndPatience);
            Assert.Equal(0, cluster.Up.ExitCode);
            Assert.DoesNotContain(cluster.Processes, Signals.IsAlive);
            Assert.Empty(Directory.GetFiles(cluster.Directory, "*.pid"));
        });
    }

    [Fact]
    public async Task UpKilled_LeavesNoProcess_AndTheNextUpStartsInItsDirectory()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            Signals.Kill(cluster.Up.Id);
            await Wait.Until("the silos and the API host end with the process that started them", EndPatience, () =>
            {
                var alive = cluster.Processes.Where(Signals.IsAlive).ToArray();
                return Task.FromResult(alive.Length == 0 ? null : $"{alive.Length} still run");
            });

            await using var next = Program.Start(
                Programs.CommandLine, "up", "--port", Ports.Free().ToString(CultureInfo.InvariantCulture), "--dir", cluster.Directory);
            await next.Line("ready:", LocalCluster.StartPatience);
            Signals.Interrupt(next.Id);
            await next.Exited(EndPatience);
            Assert.Equal(0, next.ExitCode);
        });
    }

    [Fact]
    public async Task PortInUse_IsOneSentenceAndAFailure()
    {
        using var folder = new Folder();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var (code, output, errors) = await Program.Run(Programs.CommandLine, "up", "--port", port, "--dir", folder.Path);
        OneSentence(code, output, errors, port);
    }

    [Theory]
    [InlineData("--silos", "0")]
    [InlineData("--silos", "-1")]
    [InlineData("--port", "70000")]
    [InlineData("--storage", "tape")]
    public async Task ImpossibleOption_IsOneSentenceThatNamesItAndAFailure(string option, string value)
    {
        using var folder = new Folder();
        var (code, output, errors) = await Program.Run(Programs.CommandLine, "up", option, value, "--dir", folder.Path);
        OneSentence(code, output, errors, option);
    }

    [Fact]
    public async Task DirectoryThatIsAFile_IsOneSentenceAndAFailure()
    {
        using var folder = new Folder();
        var file = folder.File("occupied");
        await File.WriteAllTextAsync(file, "not a directory");
        var (code, output, errors) = await Program.Run(Programs.CommandLine, "up", "--dir", file);
        OneSentence(code, output, errors, file);
        Assert.Equal("not a directory", await File.ReadAllTextAsync(file));
    }

    private static void OneSentence(int code, string output, string errors, string about)
    {
        var said = errors.Trim();
        Assert.True(code != 0, $"Expected a failure, got exit code 0 with: {output}{errors}");
        Assert.Contains(about, said, StringComparison.Ordinal);
        Assert.True(said.Split('\n').Length == 1, $"Expected one line, got: {said}");
        Assert.DoesNotContain("Exception", said, StringComparison.Ordinal);
    }
}
