using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using Orleans.Kv.Cli.Certificates;
using Orleans.Kv.Cli.Http;
using Orleans.Kv.Cli.Local;

namespace Orleans.Kv.Cli.Commands;

/// <summary><c>kv up</c>: runs silos and an API host as processes of their own until it is told to stop, and leaves none behind.</summary>
internal static class UpCommand
{
    private static readonly TimeSpan EarlierPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan EarlierPoll = TimeSpan.FromMilliseconds(50);

    public static Command Create()
    {
        var silos = new Option<int>("--silos") { Description = "How many silos to run.", DefaultValueFactory = _ => 3 };
        var port = new Option<int>("--port") { Description = "The API host's port on 127.0.0.1.", DefaultValueFactory = _ => 8080 };
        var dir = CommonOptions.Dir();
        var storage = new Option<string>("--storage") { Description = "Where silos keep data: memory or disk.", DefaultValueFactory = _ => "memory" };
        var ftpPort = new Option<int?>("--ftp-port") { Description = "The port for FTP on 127.0.0.1; 0 for no FTP. A free one is chosen otherwise." };
        var tokens = new Option<string?>("--tokens") { Description = "The file of tokens that the API host wants; kv token create makes one." };
        var tls = new Option<bool>("--tls") { Description = "Has silos and API host prove to each other that they belong together, with certificates made for it." };
        var noAuth = new Option<bool>("--no-auth") { Description = "Serve without authentication, which is the default on loopback." };
        var json = CommonOptions.Json();
        var command = new Command("up", "Runs a cluster on this machine until Ctrl-C.") { silos, port, ftpPort, dir, storage, tokens, tls, noAuth, json };
        command.SetAction((parsed, _) =>
        {
            var access = new Access(parsed.GetValue(tls), parsed.GetValue(tokens) is { } file ? Path.GetFullPath(file) : null);
            if (parsed.GetValue(noAuth) && access.Tokens is not null) throw new CliException(ExitCodes.Usage, "--no-auth and --tokens contradict each other.");
            return RunAsync(parsed.GetValue(silos), parsed.GetValue(port), parsed.GetValue(ftpPort), parsed.GetValue(dir)!, parsed.GetValue(storage)!, access, parsed.GetValue(json));
        });
        return command;
    }

    private static async Task<int> RunAsync(int silos, int port, int? ftpPort, string dir, string storage, Access access, bool isJson)
    {
        Check(silos, port, ftpPort, dir, storage);
        var directory = new ClusterDirectory(dir);
        directory.Create();
        await using var own = directory.TakeOver();
        await WaitForEarlierAsync(directory);

        if (!Ports.IsFree(port)) throw new CliException(ExitCodes.Unavailable, $"port {port} on 127.0.0.1 is in use; choose another with --port.");
        if (ftpPort > 0 && !Ports.IsFree(ftpPort.Value)) throw new CliException(ExitCodes.Unavailable, $"port {ftpPort} on 127.0.0.1 is in use; choose another with --ftp-port.");
        if (directory.Clean())
            await Console.Error.WriteLineAsync($"kv: {directory.FullPath} holds the remains of a cluster that is gone; memory storage left no data, so a new one starts.");
        // One more than the silos need is for files, and two in case that those asked for are among them.
        var ports = Ports.Choose((2 * silos) + 3, new Random(Environment.ProcessId)).Where(one => one != port && one != ftpPort).ToList();
        var ftp = ftpPort ?? ports[^1];
        var endpoints = new Endpoints($"http://127.0.0.1:{port}", storage, SiloEndpoints(silos, ports), ftp == 0 ? null : $"ftp://127.0.0.1:{ftp}", access.Tls, access.Tokens);
        directory.Write(endpoints);
        try
        {
            return await RunAsync(directory, endpoints, isJson);
        }
        finally
        {
            directory.Clean();
        }
    }

    private static async Task<int> RunAsync(ClusterDirectory directory, Endpoints endpoints, bool isJson)
    {
        using var cluster = new LocalCluster(directory, endpoints, endpoints.Tls ? await DevelopmentAuthority.OpenAsync(directory.Certificates, TimeProvider.System) : null);
        using var stop = new CancellationTokenSource();
        var asked = 0;
        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            // Asked twice, its user does not want to wait.
            if (Interlocked.Increment(ref asked) > 1) cluster.KillAll();
            else stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
        var control = Task.CompletedTask;
        try
        {
            await cluster.StartAllAsync();
            control = ControlPipe.ServeAsync(directory, cluster.CommandAsync, stop.Token);
            await cluster.WaitUntilReadyAsync(stop.Token);
            if (isJson) Console.WriteLine(ToJson(endpoints));
            else
            {
                if (endpoints.Ftp is { } ftp) Console.WriteLine($"files: {ftp}");
                Console.WriteLine($"ready: {endpoints.Url}");
            }

            await Task.Delay(Timeout.Infinite, stop.Token);
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Ok;
        }
        finally
        {
            await stop.CancelAsync();
            await cluster.StopAllAsync();
            await control;
        }
    }

    private static string ToJson(Endpoints endpoints) => Encoding.UTF8.GetString(Bodies.Write(writer =>
    {
        writer.WriteString("ready", endpoints.Url);
        if (endpoints.Ftp is { } ftp) writer.WriteString("files", ftp);
    }).Span);

    // The processes of an `up` that was killed notice it and stop; whoever starts the next one at once should not have to know.
    private static async Task WaitForEarlierAsync(ClusterDirectory directory)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (directory.Running() is [var (name, pid), ..])
        {
            if (TimeProvider.System.GetElapsedTime(started) > EarlierPatience)
            {
                throw new CliException(
                    ExitCodes.Unavailable,
                    $"{name} of an earlier cluster in {directory.FullPath} still runs (process {pid}); end it, or choose another directory with --dir.");
            }

            await Task.Delay(EarlierPoll);
        }
    }

    private static void Check(int silos, int port, int? ftpPort, string dir, string storage)
    {
        if (silos is < 1 or > Endpoints.MaxSilos) throw new CliException(ExitCodes.Usage, $"--silos {silos}: a cluster has 1 to {Endpoints.MaxSilos} silos on one machine.");
        if (port is < 1 or > System.Net.IPEndPoint.MaxPort) throw new CliException(ExitCodes.Usage, $"--port {port}: ports are from 1 to 65535.");
        if (ftpPort is < 0 or > System.Net.IPEndPoint.MaxPort || ftpPort == port)
            throw new CliException(ExitCodes.Usage, $"--ftp-port {ftpPort}: ports are from 1 to 65535, another one than --port, and 0 is for no FTP.");
        if (string.IsNullOrWhiteSpace(dir)) throw new CliException(ExitCodes.Usage, "--dir needs the name of a directory.");
        if (storage == "disk") throw new CliException(ExitCodes.Usage, "--storage disk is not available yet; leave the option out for memory.");
        if (storage != "memory") throw new CliException(ExitCodes.Usage, $"--storage {storage} is not known; there is: memory.");
    }

    private readonly record struct Access(bool Tls, string? Tokens);

    private static List<SiloEndpoint> SiloEndpoints(int silos, List<int> ports) =>
        [.. Enumerable.Range(0, silos).Select(i => new SiloEndpoint($"silo-{i + 1}", ports[2 * i], ports[(2 * i) + 1]))];
}
