using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Orleans.Kv.Tests.Driving.Databases;

namespace Orleans.Kv.Tests.Deployment.Fleets;

/// <summary>
/// What <c>docker/compose.yml</c> starts, without Docker: PostgreSQL, three silos and two API hosts behind a load balancer (two here, so that one of them may be lost as well), each on a
/// machine of its own, configured by the same variables. Silos, API hosts and balancers are numbered from 1.
/// </summary>
internal sealed class Fleet : IAsyncDisposable
{
    public const int Silos = 3;
    public const int Apis = 2;
    public const int Balancers = 2;

    /// <summary>For a start, an end or a balancer's notice, on a machine that has too much to do.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);
    private static readonly string[] SiloNames = [.. Enumerable.Range(1, Silos).Select(Silo)];

    private const int SiloPort = 11111;
    private const int GatewayPort = 30000;
    private const int MetricsPort = 9090;
    private const int ApiPort = 8080;

    /// <summary>As in compose.yml: longer than the balancer's checks need to notice.</summary>
    private const int DrainSeconds = 3;

    private readonly Folder _folder;
    private readonly HostNetwork _network;
    private readonly string _token;
    private readonly X509Certificate2 _authority;
    private readonly Program[] _silos;
    private readonly Program[] _apis;
    private readonly Balancer[] _balancers;
    private readonly List<(string Name, Program Program)> _all = [];

    private Fleet(HostNetwork network, Folder folder, PostgresServer database)
    {
        (_network, _folder, Database) = (network, folder, database);
        _token = File.ReadAllText(folder.File("write.token")).Trim();
        File.WriteAllText(Connection, database.ConnectionString + "\n");
        _authority = X509CertificateLoader.LoadCertificateFromFile(Authority);
        _silos = [.. Enumerable.Range(1, Silos).Select(number => StartSilo(number))];
        _apis = [.. Enumerable.Range(1, Apis).Select(number => StartApi(number))];
        _balancers = [.. Enumerable.Range(1, Balancers).Select(number => Balancer.On(network.Hosts[Silos + Apis + number - 1], CreateHandler, _folder, [.. Enumerable.Range(1, Apis).Select(api => Api(api).Url)]))];
    }

    public PostgresServer Database { get; }

    private string Connection => _folder.File("connection");

    private string Authority => _folder.File("authority.pem");

    private Host Clients => _network.Hosts[^1];

    public static string Silo(int number) => "silo-" + Text.Of(number);

    /// <summary>Started, all in sync, and both API hosts in use.</summary>
    public static async Task<Fleet> Start()
    {
        var folder = new Folder();
        var network = await HostNetwork.Create(Silos + Apis + Balancers + 2);
        await Secrets.Prepare(folder.Path, network.Hosts.Select(host => host.Address.ToString()));
        var database = await PostgresServer.Start(network.Hosts[^2]);
        var fleet = new Fleet(network, folder, database);
        try
        {
            await fleet.Explaining(async () =>
            {
                await fleet.UntilApisAreUsed();
                await fleet.UntilAllInSync();
            });
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>One API host, without the balancer.</summary>
    public Endpoint Api(int number) => new(new Uri($"https://{ApiMachine(number).Address}:{ApiPort}"), CreateHandler, _token);

    /// <summary>What a silo shows of itself: its pages for those who watch it.</summary>
    public Endpoint SiloPages(int number) => new(new Uri($"https://{_network.Hosts[number - 1].Address}:{MetricsPort}"), CreateHandler, _token);

    /// <summary>Where users' requests go: one of the balancers.</summary>
    public Endpoint Entrance(int number) => _balancers[number - 1].Endpoint with { Token = _token };

    /// <summary>
    /// Waits until all silos have all that they should, and go on so for a moment, as orchestrators do before they take the next one: a process that has just started has much to do.
    /// </summary>
    public async Task UntilAllInSync()
    {
        using var status = new Status(Entrance(1));
        await status.UntilInSync(Patience, SiloNames);
        await status.UntilIsSynch(Patience);
        var since = Stopwatch.GetTimestamp();
        await Wait.Until($"all silos in sync for {Settled.TotalSeconds:F0} s", Patience, async () =>
        {
            var said = await status.Get("/issynch");
            if (!said.TryGetProperty("inSync", out var inSync) || !inSync.GetBoolean()) since = Stopwatch.GetTimestamp();
            return Stopwatch.GetElapsedTime(since) > Settled ? null : said.GetRawText();
        });
    }

    public Task UntilApisAreUsed() => Task.WhenAll(_balancers.Select(balancer => balancer.UntilItUses(Patience, 1, 2)));

    /// <summary>
    /// Ends a silo in good order and starts one of that build in its place. It is waited for as orchestrators do: until it is ready, which means here that it has all
    /// that it should.
    /// </summary>
    public async Task ReplaceSilo(int number, Build build)
    {
        await End(_silos[number - 1], Silo(number));
        _silos[number - 1] = StartSilo(number, build);
        await UntilAllInSync();
    }

    /// <summary>The same with an API host, which is ready when the balancer uses it.</summary>
    public async Task ReplaceApi(int number, Build build)
    {
        await End(_apis[number - 1], "api-" + Text.Of(number));
        _apis[number - 1] = StartApi(number, build);
        await UntilApisAreUsed();
    }

    /// <summary>The database is stopped in good order and started again.</summary>
    public async Task RestartDatabase()
    {
        await Database.Stop();
        await Database.Resume();
        await UntilAllInSync();
    }

    /// <summary>A balancer's worker is replaced, while its master keeps the port.</summary>
    public async Task RenewBalancer(int number)
    {
        await _balancers[number - 1].Renew(Patience);
        await UntilApisAreUsed();
    }

    /// <summary>Ends a silo as a crash does, and starts another process in its place after a while.</summary>
    public async Task LoseSilo(int number, TimeSpan away)
    {
        Signals.Kill(_silos[number - 1].Id);
        await Task.Delay(away);
        _silos[number - 1] = StartSilo(number);
        await UntilAllInSync();
    }

    public async Task LoseApi(int number, TimeSpan away)
    {
        Signals.Kill(_apis[number - 1].Id);
        await Task.Delay(away);
        _apis[number - 1] = StartApi(number);
        await UntilApisAreUsed();
    }

    public async Task LoseBalancer(int number, TimeSpan away)
    {
        Signals.Kill(_balancers[number - 1].Process.Id);
        await Task.Delay(away);
        _balancers[number - 1].Restart();
        await UntilApisAreUsed();
    }

    public async Task LoseDatabase(TimeSpan away)
    {
        await Database.Kill();
        await Task.Delay(away);
        await Database.Resume();
    }

    /// <summary>Runs a test's body; when it fails, what the processes logged is part of the failure.</summary>
    public Task Explaining(Func<Task> body) => Explained.Run(body, () => string.Concat(_all.Concat(_balancers.Select(balancer => ("haproxy", balancer.Process))).Select(program => LogTail.Of(program.Item1, Lines(program.Item2)))));

    public async ValueTask DisposeAsync()
    {
        foreach (var balancer in _balancers) await balancer.DisposeAsync();
        await Task.WhenAll(_all.Select(program => program.Program.DisposeAsync().AsTask()));
        await Database.DisposeAsync();
        _authority.Dispose();
        await _network.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task End(Program program, string name)
    {
        Signals.Terminate(program.Id);
        await program.Exited(Patience);
        Assert.True(program.ExitCode == 0, $"{name} was told to stop, and ended with {program.ExitCode}: {program.Errors}");
    }

    private Program StartSilo(int number, Build? build = null)
    {
        var machine = _network.Hosts[number - 1];
        return Started(Silo(number), machine.Start((build ?? Build.Present).Silo, new Dictionary<string, string>(Membership(Silo(number)))
        {
            ["KV_NAME"] = Silo(number),
            ["KV_ADDRESS"] = machine.Address.ToString(),
            ["KV_SILO_PORT"] = Text.Of(SiloPort),
            ["KV_GATEWAY_PORT"] = Text.Of(GatewayPort),
            ["KV_METRICS_PORT"] = Text.Of(MetricsPort),
        }));
    }

    private Program StartApi(int number, Build? build = null)
    {
        var name = "api-" + Text.Of(number);
        return Started(name, ApiMachine(number).Start((build ?? Build.Present).Api, new Dictionary<string, string>(Membership(name))
        {
            ["KV_LISTEN"] = ApiMachine(number).Address.ToString(),
            ["KV_PORT"] = Text.Of(ApiPort),
            ["KV_DRAIN_SECONDS"] = Text.Of(DrainSeconds),
        }));
    }

    /// <summary>By what a host finds its cluster, proves that it belongs to it, and knows who may ask it over HTTPS.</summary>
    private Dictionary<string, string> Membership(string name) => new()
    {
        ["KV_DIRECTORY"] = _folder.Path,
        ["KV_POSTGRES_FILE"] = Connection,
        ["KV_CLUSTER_CERTIFICATE"] = _folder.File(name + ".pem"),
        ["KV_CLUSTER_KEY"] = _folder.File(name + ".key"),
        ["KV_CLUSTER_AUTHORITY"] = Authority,
        ["KV_HTTPS_CERTIFICATE"] = _folder.File(name + ".pem"),
        ["KV_HTTPS_KEY"] = _folder.File(name + ".key"),
        ["KV_TOKENS"] = _folder.File("tokens"),
    };

    /// <summary>Users trust the fleet's own authority, and nobody else.</summary>
    private SocketsHttpHandler CreateHandler()
    {
        var handler = Clients.CreateHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(_authority);
        return handler;
    }

    private Host ApiMachine(int number) => _network.Hosts[Silos + number - 1];

    private Program Started(string name, Program program)
    {
        _all.Add((name, program));
        return program;
    }

    private static string[] Lines(Program program) => (program.Output + program.Errors).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
