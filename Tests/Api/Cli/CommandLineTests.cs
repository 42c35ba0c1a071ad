using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Orleans.Kv.Cli.Http;
using System.Text;

namespace Orleans.Kv.Tests.Api.Cli;

/// <summary>The command line as its users see it: one sentence on standard error, and the documented exit code.</summary>
public sealed class CommandLineTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("up --silos 0", "--silos 0")]
    [InlineData("up --silos -3", "--silos -3")]
    [InlineData("up --silos many", "many")]
    [InlineData("up --port 0", "--port 0")]
    [InlineData("up --port 70000", "--port 70000")]
    [InlineData("up --storage disk", "not available yet")]
    [InlineData("up --storage tape", "tape")]
    [InlineData("up --unknown", "--unknown")]
    [InlineData("silo explode silo-1", "explode")]
    [InlineData("get", "'get'")]
    [InlineData("get a --url not-an-address", "not-an-address")]
    public async Task WrongUsage_IsOneSentenceAndExitCode2(string arguments, string about)
    {
        var (code, errors) = await RunAsync(arguments);

        Assert.Equal(2, code);
        Assert.Contains(about, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get a")]
    [InlineData("status")]
    [InlineData("silo kill silo-1")]
    [InlineData("silo stop silo-1")]
    [InlineData("silo start silo-1")]
    [InlineData("silo add silo-4")]
    [InlineData("silo drain silo-1")]
    [InlineData("recover --yes")]
    [InlineData("issynch")]
    [InlineData("issynch silo-1")]
    public async Task WithoutACluster_CommandsSaySoWithExitCode3(string arguments)
    {
        var (code, errors) = await RunAsync(arguments);

        Assert.Equal(3, code);
        Assert.Contains(_directory.FullPath, errors, StringComparison.Ordinal);
        Assert.Single(errors.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("--help", "kv [command]")]
    [InlineData("silo add --help", "kv silo add <name>")]
    public async Task Help_NamesTheProgramAsItsUsersDo(string arguments, string usage)
    {
        var (code, output, _) = await RunForOutputAsync(arguments);

        Assert.Equal(0, code);
        Assert.Contains(usage, output, StringComparison.Ordinal);
        Assert.DoesNotContain("Orleans.Kv.Cli", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_OnAPortInUse_SaysWhichAndLeavesNothingBehind()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        var (code, errors) = await RunAsync($"up --port {port}");

        Assert.Equal(3, code);
        Assert.Contains($"port {port}", errors, StringComparison.Ordinal);
        Assert.Single(errors.Trim().Split('\n'));
        Assert.Equal(["up.lock"], Directory.EnumerateFiles(_directory.FullPath).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Up_InADirectoryThatIsHeldByAnother_Refuses()
    {
        await using var held = new FileStream(_directory.File("up.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        var (code, errors) = await RunAsync("up --port 1");

        Assert.Equal(3, code);
        Assert.Contains("runs in", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_FromAnAddressWhereNobodyListens_IsExitCode3()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();

        var (code, errors) = await RunAsync($"get a --url http://127.0.0.1:{port}");

        Assert.Equal(3, code);
        Assert.Contains("does not answer", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5", "5")]
    [InlineData("-1.5e3", "-1.5e3")]
    [InlineData("true", "true")]
    [InlineData("{\"a\": 1}", "{\"a\": 1}")]
    [InlineData("\"quoted\"", "\"quoted\"")]
    [InlineData("hello", "\"hello\"")]
    [InlineData("12abc", "\"12abc\"")]
    [InlineData("1 2", "\"1 2\"")]
    [InlineData("", "\"\"")]
    public void AValue_IsSentAsItStandsIfItIsJson_ElseAsAString(string value, string sent) =>
        Assert.Equal($$"""{"key":"k","value":{{sent}},"requestId":"r"}""", Encoding.UTF8.GetString(Bodies.Store("k", value, null, null, false, "r").Span));

    private async Task<(int Code, string Errors)> RunAsync(string arguments)
    {
        var (code, _, errors) = await RunForOutputAsync(
            arguments.Contains("--url", StringComparison.Ordinal) ? arguments : $"{arguments} --dir {_directory.FullPath}");
        return (code, errors);
    }

    private async Task<(int Code, string Output, string Errors)> RunForOutputAsync(string arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = _directory.FullPath };
        start.ArgumentList.Add(typeof(Bodies).Assembly.Location);
        foreach (var argument in arguments.Split(' ')) start.ArgumentList.Add(argument);

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Deadline);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output, await errors);
    }
}
