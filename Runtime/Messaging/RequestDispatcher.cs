using Microsoft.Extensions.Logging;
using Orleans.Runtime.GrainDirectory;
using Orleans.Runtime.Placement;

namespace Orleans.Runtime.Messaging;

/// <summary>
/// Brings a request to its target: an activation here, one elsewhere that the cache or the directory knows, or a new one where
/// placement wants it.
/// </summary>
internal sealed partial class RequestDispatcher(
    SiloAddress self,
    GrainClasses classes,
    Catalog catalog,
    GrainDirectoryService directory,
    PlacementService placement,
    LocalTargets targets,
    ClientRegistry clients,
    Func<SiloAddress, Connection> connect,
    int maxForwards,
    ILogger<RequestDispatcher> log)
{
    /// <summary>A grain that deactivates again and again while it is looked for is not looked for longer.</summary>
    private const int MaxResolutions = 10;
    private readonly Lock _gate = new();
    private readonly Dictionary<GrainId, List<RequestMessage>> _resolving = [];

    public void Dispatch(RequestMessage message)
    {
        try
        {
            Route(message);
        }
        catch (Exception exception)
        {
            message.Fail(exception);
        }
    }

    /// <summary>A request whose activation ended while it waited.</summary>
    public void Reroute(Turn turn)
    {
        if (turn is not RequestMessage message)
        {
            turn.Fail(new OrleansMessageRejectionException("The activation has ended."));
            return;
        }

        if (classes.TryGet(message.Target.Type, out var grainClass) && grainClass.StatelessWorker is null)
        {
            Resolve(message, grainClass);
        }
        else
        {
            Dispatch(message);
        }
    }

    /// <summary>Whether a target in this process is there to take requests for this id.</summary>
    public bool IsHere(GrainId target) =>
        catalog.TryGet(target, out _)
        || targets.TryGet(target, out _)
        || (classes.TryGet(target.Type, out var grainClass) && grainClass.StatelessWorker is not null);

    /// <summary>Hands the request to a target in this process. False when it has none here, for now.</summary>
    public bool TryDeliver(RequestMessage message)
    {
        var target = message.Target;
        if (catalog.TryGet(target, out var activation))
        {
            activation.Receive(message);
            return true;
        }

        if (targets.TryGet(target, out var local))
        {
            local.ReceiveMessage(message);
            return true;
        }

        if (classes.TryGet(target.Type, out var grainClass) && grainClass.StatelessWorker is not null)
        {
            catalog.ReceiveByWorker(target, grainClass, message);
            return true;
        }

        return false;
    }

    /// <summary>The silo to send a request to at once, where that is known to be another one.</summary>
    public bool TryGetRemote(GrainId target, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SiloAddress? silo)
    {
        silo = null;
        if (target.IsClient())
        {
            return false;
        }

        if (target.IsSystemTarget())
        {
            silo = targets.SiloOf(target);
            return !silo.Equals(self);
        }

        return !catalog.TryGet(target, out _) && directory.TryGetCached(target, out silo) && !silo.Equals(self);
    }

    private void Route(RequestMessage message)
    {
        if (TryDeliver(message))
        {
            return;
        }

        var target = message.Target;
        if (target.IsClient())
        {
            clients.Route(message);
            return;
        }

        if (target.IsSystemTarget())
        {
            RouteToSilo(message, targets.SiloOf(target));
            return;
        }

        if (!classes.TryGet(target.Type, out var grainClass))
        {
            throw new OrleansMessageRejectionException($"This silo has no grain class for '{target}'.");
        }

        var isFromSilo = message.Origin?.Peer?.Kind == PeerKind.Silo;
        if (isFromSilo && (message.Header.Flags & RequestFlags.NewPlacement) != 0 && directory.View.IsActive(self))
        {
            Create(message, grainClass);
        }
        else if (!isFromSilo && directory.TryGetCached(target, out var silo) && !silo.Equals(self))
        {
            Send(message, silo, newPlacement: false);
        }
        else
        {
            // Sent here by a silo that believed the grain to be here: neither its knowledge nor this silo's is to be trusted.
            Resolve(message, grainClass);
        }
    }

    private void RouteToSilo(RequestMessage message, SiloAddress silo)
    {
        if (silo.Equals(self))
        {
            throw new OrleansMessageRejectionException($"'{message.Target}' does not exist on this silo, or not yet.");
        }

        Send(message, silo, newPlacement: false);
    }

    private void Create(RequestMessage message, GrainClass grainClass)
    {
        if (message.TryDecode())
        {
            catalog.GetOrCreate(message.Target, grainClass, message.Header.Context).Receive(message);
        }
    }

    private void Send(RequestMessage message, SiloAddress silo, bool newPlacement)
    {
        if (message.Origin?.Peer?.Kind == PeerKind.Silo)
        {
            if (message.Header.Forwards >= maxForwards)
            {
                throw new OrleansMessageRejectionException($"'{message.Target}' was not found after {message.Header.Forwards} forwards.");
            }

            message.CountForward();
        }

        Connection connection;
        try
        {
            connection = connect(silo);
        }
        catch (SiloUnavailableException)
        {
            directory.OnLost(message.Target);
            throw;
        }

        message.SendTo(connection, silo, newPlacement);
    }

    private void Resolve(RequestMessage message, GrainClass grainClass)
    {
        lock (_gate)
        {
            if (_resolving.TryGetValue(message.Target, out var waiting))
            {
                waiting.Add(message);
                return;
            }

            _resolving.Add(message.Target, [message]);
        }

        _ = ResolveAsync(message, grainClass);
    }

    private async Task ResolveAsync(RequestMessage first, GrainClass grainClass)
    {
        var id = first.Target;
        SiloAddress? silo = null;
        var isNew = false;
        Exception? failure = null;
        var isReadable = true;
        try
        {
            // Leaves the caller's turn, and with it its locks and its context.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            isReadable = first.TryDecode();
            (silo, isNew) = await Locate(id, isReadable ? first : null, grainClass).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LogResolveFailed(log, id, exception);
            failure = exception;
        }

        List<RequestMessage> waiting;
        lock (_gate)
        {
            _resolving.Remove(id, out waiting!);
        }

        foreach (var message in waiting)
        {
            // One that could not be read was answered with the reason.
            if (isReadable || !ReferenceEquals(message, first))
            {
                Deliver(message, grainClass, silo, isNew, failure);
            }
        }
    }

    private void Deliver(RequestMessage message, GrainClass grainClass, SiloAddress? silo, bool isNew, Exception? failure)
    {
        try
        {
            if (failure is not null)
            {
                message.Fail(failure);
            }
            else if (self.Equals(silo))
            {
                Create(message, grainClass);
            }
            else
            {
                Send(message, silo!, isNew);
            }
        }
        catch (Exception exception)
        {
            message.Fail(exception);
        }
    }

    private async ValueTask<(SiloAddress Silo, bool IsNew)> Locate(GrainId id, RequestMessage? message, GrainClass grainClass)
    {
        for (var attempt = 0; attempt < MaxResolutions; attempt++)
        {
            var address = await directory.Lookup(id).ConfigureAwait(false);
            if (address is null)
            {
                var header = message?.Header ?? default;
                var target = new PlacementTarget(id, header.Context ?? [], header.Interface, 0);
                return (await placement.Place(grainClass, target).ConfigureAwait(false), true);
            }

            if (!self.Equals(address.SiloAddress))
            {
                return (address.SiloAddress!, false);
            }

            if (catalog.TryGet(id, out var activation) && activation.ActivationId.Equals(address.ActivationId))
            {
                if (activation.State < ActivationState.Deactivating)
                {
                    return (self, false);
                }

                await activation.Deactivated.ConfigureAwait(false);
                continue;
            }

            // An entry for an activation that has ended without taking it out.
            await directory.Unregister(address).ConfigureAwait(false);
        }

        throw new OrleansMessageRejectionException($"'{id}' ends as often as it is looked for.");
    }

    [LoggerMessage(EventId = 2040, Level = LogLevel.Information, Message = "{Grain} could not be located.")]
    private static partial void LogResolveFailed(ILogger logger, GrainId grain, Exception exception);
}
