using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Orleans.Kv.Tests.Driving.Clients;
using Orleans.Kv.Tests.Driving.Clusters;
using Orleans.Kv.Tests.Driving.Hosts;

namespace Orleans.Kv.Tests.Network.Clusters;

/// <summary>
/// A fresh cluster of machines with a silo and an API host each, the API host with its silo as fixed gateway, and one more machine for the clients. The cluster file lies in a folder that all of them
/// see, cut off or not, as a database in a third place would be. Silos and API hosts are numbered from 1.
/// </summary>
internal sealed class NetworkCluster : IAsyncDisposable
{
    public static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(40);
    private const int SiloPort = 11111;
    private const int GatewayPort = 30000;
    private const int ApiPort = 8080;

    private readonly Folder _folder = new();
    private readonly Program[] _silos;
    private readonly Program[] _apis;

    private NetworkCluster(HostNetwork network, int size)
    {
        Network = network;
        Machines = [.. network.Hosts.Take(size)];
        _silos = [.. Machines.Select((machine, i) => machine.Start(
            Programs.Silo, "--name", Silo(i + 1), "--directory", _folder.Path, "--formation-size", Text(size),
            "--address", machine.Address.ToString(), "--insecure", "--silo-port", Text(SiloPort), "--gateway-port", Text(GatewayPort)))];
        _apis = [.. Machines.Select(machine => machine.Start(
            Programs.Api, "--directory", _folder.Path, "--urls", $"http://{machine.Address}:{ApiPort}", "--insecure", "--gateway", $"{machine.Address}:{GatewayPort}"))];
    }

    public HostNetwork Network { get; }

    /// <summary>Those of the silos, in their order.</summary>
    public IReadOnlyList<Host> Machines { get; }

    public IReadOnlyList<string> SiloNames => [.. Machines.Select((_, i) => Silo(i + 1))];

    private Host Clients => Network.Hosts[^1];

    public static string Silo(int number) => "silo-" + Text(number);

    /// <summary>Started, all in sync, and every API host ready.</summary>
    public static async Task<NetworkCluster> Start(int size = 3)
    {
        var network = await HostNetwork.Create(size + 1);
        var cluster = new NetworkCluster(network, size);
        try
        {
            await cluster.Explaining(async () =>
            {
                for (var number = 1; number <= size; number++)
                {
                    using var client = cluster.Client(number);
                    await Wait.Until($"API host {number} is ready", StartPatience, async () => await client.Get("/health/ready") is { Status: 200 } ? null : client.Last);
                }

                await cluster.UntilAllInSync(StartPatience);
            });
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public Endpoint Api(int number) => new(new Uri($"http://{Machines[number - 1].Address}:{ApiPort}"), Clients.CreateHandler);

    public IReadOnlyList<Endpoint> Apis(params IEnumerable<int> numbers) => [.. numbers.Select(Api)];

    public ApiClient Client(int number) => new(Api(number));

    public Status Status(int number) => new(Api(number));

    /// <summary>Waits until all silos are in sync, whichever API host is asked. The patience is for all of it together.</summary>
    public async Task UntilAllInSync(TimeSpan patience)
    {
        var began = Stopwatch.StartNew();
        for (var number = 1; number <= Machines.Count; number++)
        {
            using var status = Status(number);
            await status.UntilInSync(Left(), [.. SiloNames]);
            await status.UntilIsSynch(Left());
        }

        TimeSpan Left() => patience > began.Elapsed ? patience - began.Elapsed : TimeSpan.Zero;
    }

    /// <summary>Cuts a machine off from the other silos' machines; the clients still reach all.</summary>
    public Task CutOff(int number) => Network.Isolate(Machines[number - 1], Machines);

    public Task CutOneWay(int from, int to) => Network.CutOneWay(Machines[from - 1], Machines[to - 1]);

    public Task CutOffAll() => Network.IsolateAll(Machines);

    public Task Heal() => Network.Heal();

    /// <summary>Ends a silo's process as a crash does, and the API host beside it with it: a machine that is gone.</summary>
    public void Kill(int number)
    {
        Signals.Kill(_silos[number - 1].Id);
        Signals.Kill(_apis[number - 1].Id);
    }

    /// <summary>That the silo still runs in the process that it was started as.</summary>
    public void AssertStillRuns(int number) => Assert.False(
        _silos[number - 1].HasExited,
        $"{Silo(number)}'s process has ended{(_silos[number - 1].HasExited ? " with " + Text(_silos[number - 1].ExitCode) : "")}");

    /// <summary>What <c>GET /cluster</c> says of a silo; null where it is not listed.</summary>
    public static string? StateOf(JsonElement cluster, int silo) => cluster.GetProperty("nodes").EnumerateArray()
        .Where(node => node.GetProperty("name").GetString() == Silo(silo))
        .Select(node => node.GetProperty("state").GetString())
        .SingleOrDefault();

    public async Task AssertState(int silo, int seenBy, params string[] states)
    {
        using var client = Client(seenBy);
        var reply = await client.Get("/cluster");
        Assert.True(reply.Status == 200 && states.Contains(StateOf(reply.Json, silo)), $"expected {Silo(silo)} to be {string.Join(" or ", states)} for API host {seenBy}, which says {reply}");
    }

    /// <summary>Runs a test's body; when it fails, what the processes logged is part of the failure.</summary>
    public Task Explaining(Func<Task> body) => Explained.Run(body, () => string.Concat(Running().Select(program => LogTail.Of(program.Name, Lines(program.Program)))));

    public async ValueTask DisposeAsync()
    {
        await Network.Heal();
        await Task.WhenAll(_apis.Concat(_silos).Select(program => program.DisposeAsync().AsTask()));
        await Network.DisposeAsync();
        _folder.Dispose();
    }

    private IEnumerable<(string Name, Program Program)> Running() => _silos.Select((program, i) => (Silo(i + 1), program)).Concat(_apis.Select((program, i) => ("api-" + Text(i + 1), program)));

    private static string[] Lines(Program program) => (program.Output + program.Errors).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
