using System.Text;
using Microsoft.Extensions.Options;
using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Tests.Api.Routing;

/// <summary>A router over silos whose answers a test gives, which knows already that coordinator i is on silo-(i+1).</summary>
internal sealed class RouterHarness : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly KeyRouteCache _routes = new();

    public RouterHarness(int silos)
    {
        Cluster = new FakeCluster { Coordinators = silos };
        Coordinators = new CoordinatorChoice(silos);
        for (var i = 0; i < silos; i++) Coordinators.Answered(i, $"silo-{i + 1}");
        Router = new Router(Cluster, new SiloHealth(), Coordinators, Microsoft.Extensions.Options.Options.Create(Options), Time);
    }

    public ManualTime Time { get; } = new();

    public FakeCluster Cluster { get; }

    public CoordinatorChoice Coordinators { get; }

    public RouterOptions Options { get; } = new();

    public Router Router { get; }

    public FakeCluster.Call Last => Cluster.Calls[^1];

    public string LastSilo => $"silo-{Last.Coordinator + 1}";

    public Task<RoutedOutcome> Store(string key = "a") => Execute(OperationCode.Store, key);

    public Task<RoutedOutcome> Fetch(string key = "a", ReadConsistency consistency = ReadConsistency.Default) => Execute(OperationCode.Fetch, key, consistency);

    public Task<RoutedOutcome> Execute(OperationCode code, string key, ReadConsistency consistency = ReadConsistency.Default) =>
        Router.ExecuteAsync(new OperationInput(code, Route(key)) { Value = code == OperationCode.Fetch ? null : "1"u8.ToArray(), Consistency = consistency }).AsTask();

    public KeyRoute Route(string key) => _routes.Get(Encoding.UTF8.GetBytes(key));

    /// <summary>The newest call's silo answers.</summary>
    public void Answer(ReplyStatus status, bool stale = false, long version = 0, long stamp = 0) =>
        Last.Answer(new OperationReply { Status = status, Stale = stale, Version = version, Stamp = stamp, Silo = Last.Coordinator is null ? "silo-1" : LastSilo });

    public void Advance(int milliseconds) => Time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>The outcome, which must be there by now or a moment later: the last step may run on a pool thread.</summary>
    public static async Task<RoutedOutcome> Ended(Task<RoutedOutcome> outcome) => await outcome.WaitAsync(Deadline);

    public void Dispose() => Router.Dispose();
}
