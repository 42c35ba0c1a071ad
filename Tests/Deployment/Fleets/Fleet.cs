namespace Orleans.Kv.Tests.Deployment.Fleets;

/// <summary>
/// What <c>docker/compose.yml</c> starts, without Docker: three silos and two API hosts behind a load balancer, each on a machine of its own, configured by the same variables. Silos and API hosts
/// are numbered from 1.
/// </summary>
internal sealed class Fleet : IAsyncDisposable
{
    public const int Silos = 3;
    public const int Apis = 2;

    /// <summary>For a start, an end or a balancer's notice, on a machine that has too much to do.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int SiloPort = 11111;
    private const int GatewayPort = 30000;
    private const int ApiPort = 8080;

    /// <summary>As in compose.yml: longer than the balancer's checks need to notice.</summary>
    private const int DrainSeconds = 3;

    private readonly Folder _folder;
    private readonly HostNetwork _network;
    private readonly string _token;
    private readonly Program[] _silos;
    private readonly Program[] _apis;
    private readonly List<(string Name, Program Program)> _all = [];

    private Fleet(HostNetwork network, Folder folder, string token)
    {
        (_network, _folder, _token) = (network, folder, token);
        _silos = [.. Enumerable.Range(1, Silos).Select(StartSilo)];
        _apis = [.. Enumerable.Range(1, Apis).Select(StartApi)];
        Balancer = Balancer.On(network.Hosts[^2], Clients, [.. Enumerable.Range(1, Apis).Select(number => Api(number).Url)]);
    }

    public Balancer Balancer { get; }

    /// <summary>Where the users' requests go.</summary>
    public Endpoint Entrance => Balancer.Endpoint with { Token = _token };

    private string Tokens => _folder.File("tokens");

    private Host Clients => _network.Hosts[^1];

    public static string Silo(int number) => "silo-" + Text.Of(number);

    /// <summary>Started, all in sync, and both API hosts in use.</summary>
    public static async Task<Fleet> Start()
    {
        var folder = new Folder();
        var (exit, token, errors) = await Program.Run(Programs.CommandLine, "token", "create", "users", "--role", "write", "--file", folder.File("tokens"));
        Assert.True(exit == 0, errors);
        var network = await HostNetwork.Create(Silos + Apis + 2);
        var fleet = new Fleet(network, folder, token.Trim());
        try
        {
            await fleet.Explaining(async () =>
            {
                await fleet.Balancer.UntilItUses(Patience, 1, 2);
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
    public Endpoint Api(int number) => new(new Uri($"http://{ApiMachine(number).Address}:{ApiPort}"), Clients.CreateHandler, _token);

    public async Task UntilAllInSync()
    {
        using var status = new Status(Entrance);
        await status.UntilInSync(Patience, [.. Enumerable.Range(1, Silos).Select(Silo)]);
        await status.UntilIsSynch(Patience);
    }

    /// <summary>
    /// Ends a silo in good order and starts another process in its place, as a new version would be. It is waited for as orchestrators do: until it is ready, which means here that it has all
    /// that it should.
    /// </summary>
    public async Task ReplaceSilo(int number)
    {
        await End(_silos[number - 1], Silo(number));
        _silos[number - 1] = StartSilo(number);
        await UntilAllInSync();
    }

    /// <summary>The same with an API host, which is ready when the balancer uses it.</summary>
    public async Task ReplaceApi(int number)
    {
        await End(_apis[number - 1], "api-" + Text.Of(number));
        _apis[number - 1] = StartApi(number);
        await Balancer.UntilItUses(Patience, 1, 2);
    }

    /// <summary>Runs a test's body; when it fails, what the processes logged is part of the failure.</summary>
    public async Task Explaining(Func<Task> body)
    {
        try
        {
            await body();
        }
        catch (Exception e)
        {
            throw new Xunit.Sdk.XunitException($"{e}\n{string.Concat(_all.Append(("haproxy", Balancer.Process)).Select(program => LogTail.Of(program.Item1, Lines(program.Item2))))}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Balancer.DisposeAsync();
        await Task.WhenAll(_all.Select(program => program.Program.DisposeAsync().AsTask()));
        await _network.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task End(Program program, string name)
    {
        Signals.Terminate(program.Id);
        await program.Exited(Patience);
        Assert.True(program.ExitCode == 0, $"{name} was told to stop, and ended with {program.ExitCode}: {program.Errors}");
    }

    private Program StartSilo(int number)
    {
        var machine = _network.Hosts[number - 1];
        return Started(Silo(number), machine.Start(Programs.Silo, new Dictionary<string, string>
        {
            ["KV_NAME"] = Silo(number),
            ["KV_DIRECTORY"] = _folder.Path,
            ["KV_ADDRESS"] = machine.Address.ToString(),
            // Nobody else is on this network.
            ["KV_INSECURE"] = "true",
            ["KV_SILO_PORT"] = Text.Of(SiloPort),
            ["KV_GATEWAY_PORT"] = Text.Of(GatewayPort),
        }));
    }

    private Program StartApi(int number) => Started("api-" + Text.Of(number), ApiMachine(number).Start(Programs.Api, new Dictionary<string, string>
    {
        ["KV_DIRECTORY"] = _folder.Path,
        ["KV_URLS"] = $"http://{ApiMachine(number).Address}:{ApiPort}",
        ["KV_TOKENS"] = Tokens,
        ["KV_DRAIN_SECONDS"] = Text.Of(DrainSeconds),
    }));

    private Host ApiMachine(int number) => _network.Hosts[Silos + number - 1];

    private Program Started(string name, Program program)
    {
        _all.Add((name, program));
        return program;
    }

    private static string[] Lines(Program program) => (program.Output + program.Errors).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
