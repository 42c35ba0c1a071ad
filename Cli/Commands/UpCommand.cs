using System.CommandLine;
using System.Globalization;
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
        var metrics = new Option<bool>("--metrics") { Description = "Gives each silo a port for its metrics and its health, and prints the addresses." };
        var orleans = new Option<bool>("--orleans-dashboard") { Description = "Serves the engine's own dashboard at /orleans too." };
        var postgres = new Option<string?>("--postgres-file") { Description = "Has the processes meet in the PostgreSQL database that the file's first line names, instead of in a file." };
        var json = CommonOptions.Json();
        var command = new Command("up", "Runs a cluster on this machine until Ctrl-C.") { silos, port, ftpPort, dir, storage, tokens, tls, noAuth, metrics, orleans, postgres, json };
        command.SetAction((parsed, _) => RunAsync(
            new UpOptions
            {
                Silos = parsed.GetValue(silos),
                Port = parsed.GetValue(port),
                FtpPort = parsed.GetValue(ftpPort),
                Dir = parsed.GetValue(dir)!,
                Storage = parsed.GetValue(storage)!,
                Tokens = parsed.GetValue(tokens),
                Tls = parsed.GetValue(tls),
                NoAuth = parsed.GetValue(noAuth),
                Metrics = parsed.GetValue(metrics),
                OrleansDashboard = parsed.GetValue(orleans),
                PostgresFile = parsed.GetValue(postgres),
            },
            parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(UpOptions options, bool isJson)
    {
        options.Check();
        var (port, ftpPort) = (options.Port, options.FtpPort);
        var directory = new ClusterDirectory(options.Dir);
        directory.Create();
        await using var own = directory.TakeOver();
        await WaitForEarlierAsync(directory);

        if (!Ports.IsFree(port)) throw new CliException(ExitCodes.Unavailable, $"port {port} on 127.0.0.1 is in use; choose another with --port.");
        if (ftpPort > 0 && !Ports.IsFree(ftpPort.Value)) throw new CliException(ExitCodes.Unavailable, $"port {ftpPort} on 127.0.0.1 is in use; choose another with --ftp-port.");
        if (directory.Clean())
            await Console.Error.WriteLineAsync($"kv: {directory.FullPath} holds the remains of a cluster that is gone; memory storage left no data, so a new one starts.");
        // One more than the silos need is for files, and two in case that those asked for are among them.
        var ports = Ports.Choose((SiloEndpoint.MaxPorts * options.Silos) + 3, new Random(Environment.ProcessId)).Where(one => one != port && one != ftpPort).ToList();
        var endpoints = options.Place(ports, Environment.GetEnvironmentVariable, TimeProvider.System);
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
            Console.WriteLine(isJson ? ToJson(endpoints) : ToText(endpoints));

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

    // "ready" is the last line: who waits for it has read the others.
    private static string ToText(Endpoints endpoints)
    {
        var text = new StringBuilder();
        if (endpoints.Ftp is { } ftp) text.AppendLine(CultureInfo.InvariantCulture, $"files: {ftp}");
        foreach (var silo in endpoints.Silos.Where(static silo => silo.Metrics is not null)) text.AppendLine(CultureInfo.InvariantCulture, $"metrics: {silo.Name} {silo.Metrics}");
        if (endpoints.OrleansDashboard) text.AppendLine(CultureInfo.InvariantCulture, $"orleans: {endpoints.Orleans}");
        return text.Append(CultureInfo.InvariantCulture, $"ready: {endpoints.Url}").ToString();
    }

    private static string ToJson(Endpoints endpoints) => Encoding.UTF8.GetString(Bodies.Write(writer =>
    {
        writer.WriteString("ready", endpoints.Url);
        if (endpoints.Ftp is { } ftp) writer.WriteString("files", ftp);
        if (endpoints.OrleansDashboard) writer.WriteString("orleans", endpoints.Orleans);
        if (endpoints.Silos.All(static silo => silo.Metrics is null)) return;
        writer.WriteStartObject("metrics");
        foreach (var silo in endpoints.Silos) writer.WriteString(silo.Name, silo.Metrics);
        writer.WriteEndObject();
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
}
