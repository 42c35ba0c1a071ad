using System.Net;
using Orleans.Kv.Cli.Certificates;

namespace Orleans.Kv.Cli.Local;

/// <summary>The processes of a local cluster: starts them side by side, watches them, starts and stops single silos, and ends them all.</summary>
internal sealed class LocalCluster(ClusterDirectory directory, Endpoints initial, DevelopmentAuthority? authority) : IDisposable
{
    // Bounds on leaving in good order; what is still there then is killed. Memory storage has nothing to save.
    private static readonly TimeSpan ApiPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SiloPatience = TimeSpan.FromSeconds(5);

    // A whole cluster is ready within a few seconds; a loaded machine may need several times that.
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReadyPoll = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan CertificateLifetime = TimeSpan.FromDays(365);

    private readonly Dictionary<string, ChildProcess> _silos = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly DevelopmentAuthority? _authority = authority;
    private readonly int _formationSize = initial.Silos.Count;
    private Endpoints _endpoints = initial;
    private ChildProcess? _api;
    private bool _stopping;

    public async Task StartAllAsync()
    {
        await CertifyAsync([.. _endpoints.Silos.Select(static silo => silo.Name), ProcessArguments.Api]);
        foreach (var silo in _endpoints.Silos) StartSilo(silo);
        var start = Programs.Api(ProcessArguments.OfApi(_endpoints, directory));
        _api = ChildProcess.Start(ProcessArguments.Api, start, directory.LogFile(ProcessArguments.Api));
        Watch(_api);
    }

    /// <summary>Returns when the API host serves.</summary>
    /// <exception cref="CliException">A process ended instead, or it took too long.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = new Uri(_endpoints.Url), Timeout = TimeSpan.FromSeconds(10) };
        var started = TimeProvider.System.GetTimestamp();
        var last = "the API host does not answer";
        while (TimeProvider.System.GetElapsedTime(started) < ReadyPatience)
        {
            ThrowIfAnyEnded();
            try
            {
                using var response = await http.GetAsync("/health/ready", cancellation);
                if (response.StatusCode == HttpStatusCode.OK) return;
                last = await response.Content.ReadAsStringAsync(cancellation);
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(ReadyPoll, cancellation);
        }

        throw new CliException(
            ExitCodes.Unavailable, $"the cluster is not ready after {ReadyPatience.TotalSeconds:0} s: {last}; see the logs in {directory.FullPath}.");
    }

    /// <summary>Carries out what another command asks for.</summary>
    public async Task CommandAsync(string verb, string name)
    {
        await _changing.WaitAsync();
        try
        {
            var silo = _endpoints.Silos.FirstOrDefault(one => one.Name == name);
            if (verb == "add")
            {
                await AddAsync(silo, name);
                return;
            }

            if (silo is null)
                throw new CliException(ExitCodes.Usage, $"there is no silo {name}; there are {string.Join(", ", _endpoints.Silos.Select(one => one.Name))}.");
            var running = _silos.TryGetValue(name, out var process) && !process.HasEnded;
            switch (verb)
            {
                case "start" when running:
                    throw new CliException(ExitCodes.Unavailable, $"{name} runs already (process {process!.Pid}).");
                case "start":
                    process?.Dispose();
                    StartSilo(silo);
                    break;
                case "stop" when !running:
                    throw new CliException(ExitCodes.Unavailable, $"{name} does not run.");
                case "stop":
                    await process!.StopAsync(SiloPatience);
                    break;
                default:
                    throw new CliException(ExitCodes.Usage, $"a silo cannot {verb}.");
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Stops everything in good order, the API host first so that no request meets a cluster half gone, and kills what stays.</summary>
    public async Task StopAllAsync()
    {
        _stopping = true;
        await _changing.WaitAsync();
        try
        {
            if (_api is not null) await _api.StopAsync(ApiPatience);
            await Task.WhenAll(_silos.Values.Select(silo => silo.StopAsync(SiloPatience)));
        }
        finally
        {
            _changing.Release();
        }
    }

    public void KillAll()
    {
        _stopping = true;
        _api?.Kill();
        foreach (var silo in _silos.Values) silo.Kill();
    }

    public void Dispose()
    {
        _api?.Dispose();
        foreach (var silo in _silos.Values) silo.Dispose();
        _changing.Dispose();
    }

    private async Task AddAsync(SiloEndpoint? existing, string name)
    {
        if (existing is not null) throw new CliException(ExitCodes.Unavailable, $"there is a silo {name} already; to start it again: kv silo start {name}");
        SiloEndpoint.CheckName(name);
        if (_endpoints.Silos.Count >= Endpoints.MaxSilos)
            throw new CliException(ExitCodes.Usage, $"a cluster has at most {Endpoints.MaxSilos} silos on one machine.");
        var ports = Ports.Choose(SiloEndpoint.MaxPorts, new Random(HashCode.Combine(Environment.ProcessId, name)));
        // As its fellows are.
        var silo = new SiloEndpoint(name, ports[0], ports[1], _endpoints.Silos.Any(static one => one.MetricsPort is not null) ? ports[2] : null);
        var enlarged = _endpoints with { Silos = [.. _endpoints.Silos, silo] };
        directory.Write(enlarged);
        _endpoints = enlarged;
        await CertifyAsync(name);
        StartSilo(silo);
    }

    // A certificate of its own for each process, anew whenever the cluster starts: none of them is worth keeping.
    private async Task CertifyAsync(params string[] names)
    {
        if (_authority is null) return;
        foreach (var name in names) await _authority.IssueAsync(name, [], CertificateLifetime, TimeProvider.System);
    }

    private void StartSilo(SiloEndpoint silo)
    {
        var start = Programs.Silo(ProcessArguments.OfSilo(silo, _endpoints, directory, _formationSize));
        var process = ChildProcess.Start(silo.Name, start, directory.LogFile(silo.Name));
        _silos[silo.Name] = process;
        Watch(process);
    }

    private async void Watch(ChildProcess process)
    {
        var code = await process.Ended;
        if (!_stopping) await Console.Error.WriteLineAsync($"{process.Name} (process {process.Pid}) ended with code {code}. {process.LastError}".TrimEnd());
    }

    private void ThrowIfAnyEnded()
    {
        var ended = _silos.Values.Append(_api!).FirstOrDefault(process => process.HasEnded);
        if (ended is null) return;
        // Its own sentence was printed when it ended.
        _stopping = true;
        throw new CliException(ExitCodes.Unavailable, $"{ended.Name} ended before the cluster was ready; see {directory.LogFile(ended.Name)}.");
    }
}
