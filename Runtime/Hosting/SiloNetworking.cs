using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.GrainDirectory;

namespace Orleans.Runtime;

/// <summary>Opens and closes the silo to others in the course of its life, and keeps its parts in step with membership.</summary>
internal sealed partial class SiloNetworking(
    SiloRuntime runtime,
    IClusterMembershipService membership,
    IOptions<EndpointOptions> endpoints,
    IOptions<GrainCollectionOptions> collection,
    ILogger<SiloNetworking> log) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>How long clients get to take their calls elsewhere before their connections close.</summary>
    private static readonly TimeSpan FarewellPause = TimeSpan.FromMilliseconds(100);
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<SiloAddress> _forgotten = [];
    private Task _following = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe<SiloNetworking>(ServiceLifecycleStage.RuntimeInitialize, _ => Listen(), _ => Close());
        lifecycle.Subscribe<SiloNetworking>(ServiceLifecycleStage.RuntimeServices, _ => Follow(), _ => Task.CompletedTask);
        lifecycle.Subscribe<SiloNetworking>(ServiceLifecycleStage.GrainDeactivation, _ => Task.CompletedTask, DeactivateAll);
        lifecycle.Subscribe<SiloNetworking>(ServiceLifecycleStage.Active, _ => OpenGateway(), SayFarewell);
    }

    public void Dispose() => _stop.Dispose();

    private Task Listen()
    {
        var options = endpoints.Value;
        runtime.SiloListener.Listen(options.SiloListeningEndpoint ?? runtime.Details.SiloAddress.Endpoint);
        return Task.CompletedTask;
    }

    private Task OpenGateway()
    {
        var options = endpoints.Value;
        if (options.GatewayPort != 0)
        {
            runtime.GatewayListener.Listen(options.GatewayListeningEndpoint ?? new IPEndPoint(runtime.Details.SiloAddress.Endpoint.Address, options.GatewayPort));
        }

        return Task.CompletedTask;
    }

    private Task Follow()
    {
        _following = FollowMembership();
        return Task.CompletedTask;
    }

    private async Task FollowMembership()
    {
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(_stop.Token))
            {
                Apply(new ClusterView(snapshot), snapshot);
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
        catch (Exception exception)
        {
            LogFollowFailed(log, exception);
            throw;
        }
    }

    private void Apply(ClusterView view, ClusterMembershipSnapshot snapshot)
    {
        // Routing first: what fails when connections to the dead close shall be asked again of the living.
        runtime.Directory.OnViewChanged(view);
        foreach (var member in snapshot.Members.Values)
        {
            if (member.Status == SiloStatus.Dead && !member.SiloAddress.Equals(runtime.Details.SiloAddress) && _forgotten.Add(member.SiloAddress))
            {
                runtime.Directory.Forget(member.SiloAddress);
                runtime.Connections.MarkDead(member.SiloAddress);
            }
        }

        _forgotten.RemoveWhere(silo => !view.IsListed(silo));
        runtime.Connections.KeepDead(view.IsListed);
    }

    private async Task SayFarewell(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return;
        }

        foreach (var connection in runtime.GatewayListener.Connections)
        {
            connection.SendFarewell();
        }

        await Task.Delay(FarewellPause, cancellation);
    }

    private async Task DeactivateAll(CancellationToken cancellation)
    {
        var activations = runtime.Catalog.All.ToList();
        if (cancellation.IsCancellationRequested)
        {
            // Stopped as if killed: nobody is told anything, and nothing runs on.
            activations.ForEach(static activation => activation.Abandon());
            return;
        }

        foreach (var activation in activations)
        {
            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo is shutting down."), cancellation);
        }

        try
        {
            await Task.WhenAll(activations.Select(activation => activation.Deactivated)).WaitAsync(collection.Value.DeactivationTimeout, cancellation);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            LogDeactivationTimedOut(log, activations.Count(activation => !activation.Deactivated.IsCompleted));
        }
    }

    private async Task Close()
    {
        await runtime.GatewayListener.DisposeAsync();
        await runtime.SiloListener.DisposeAsync();
        runtime.Connections.Stop();
        await _stop.CancelAsync();
        await _following;
    }

    [LoggerMessage(EventId = 1020, Level = LogLevel.Critical, Message = "The silo no longer follows membership.")]
    private static partial void LogFollowFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 1021, Level = LogLevel.Warning, Message = "{Count} activations did not end in time.")]
    private static partial void LogDeactivationTimedOut(ILogger logger, int count);
}
