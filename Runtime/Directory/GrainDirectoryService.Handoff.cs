using Microsoft.Extensions.Logging;
using Orleans.Runtime.Messaging;

namespace Orleans.Runtime.GrainDirectory;

// What a change of the ring sets in motion.
internal sealed partial class GrainDirectoryService
{
    public void OnViewChanged(ClusterView view)
    {
        ClusterView before;
        Handoff? superseded = null;
        lock (_gate)
        {
            before = _view;
            if (view.Version <= before.Version && before != ClusterView.Empty)
            {
                return;
            }

            _view = view;
            if (view.RingId != before.RingId)
            {
                var others = view.Alive.Where(silo => !silo.Equals(_self) && !(_heard.TryGetValue(silo, out var ring) && ring == view.RingId));
                var handoff = new Handoff(view, others);
                superseded = _handoff;
                _handoff = handoff;
                _ = Settle(handoff);
            }
        }

        // Nobody will be heard of a ring that is no more. Who waits for that, waits for the new one from here on.
        superseded?.GiveUp();
        _partition.Clean(view, _self);
        if (view.RingId != before.RingId)
        {
            _ = SyncWithAll(before, view);
        }
    }

    /// <summary>Completes when this silo knows all that there is to know of a grain that it keeps.</summary>
    private Task WhenSettled(GrainId id) => IsSettled(id, _handoff) ? Task.CompletedTask : WaitUntilSettled(id);

    private bool IsSettled(GrainId id, Handoff? handoff) => handoff is null || handoff.Done.IsCompleted || _self.Equals(_settled.OwnerOf(id));

    private async Task WaitUntilSettled(GrainId id)
    {
        // One handoff ends where the next one begins, when the ring changes again meanwhile.
        while (_handoff is { } handoff && !IsSettled(id, handoff))
        {
            await handoff.Done;
        }
    }

    private async Task Settle(Handoff handoff)
    {
        try
        {
            await handoff.Done.WaitAsync(HandoffTimeout, _time);
        }
        catch (TimeoutException)
        {
            LogHandoffTimedOut(_log, handoff.View.Version);
            handoff.GiveUp();
        }

        lock (_gate)
        {
            if (_handoff == handoff)
            {
                _settled = handoff.View;
            }
        }
    }

    /// <summary>Tells every living silo which of this silo's activations it keeps from now on, be it none.</summary>
    private async Task SyncWithAll(ClusterView before, ClusterView view)
    {
        var moved = view.Alive.Where(silo => !silo.Equals(_self)).ToDictionary(silo => silo, _ => new List<GrainAddress>());
        foreach (var activation in _catalog.Registered)
        {
            var keeper = view.OwnerOf(activation.GrainId);
            if (keeper is null || keeper.Equals(before.OwnerOf(activation.GrainId)))
            {
                continue;
            }

            if (keeper.Equals(_self))
            {
                EndIfLoser(activation.Address, _partition.Register(activation.Address, view));
            }
            else if (moved.TryGetValue(keeper, out var addresses))
            {
                addresses.Add(activation.Address);
            }
        }

        await Task.WhenAll(moved.Select(pair => Sync(pair.Key, view, pair.Value)));
    }

    private async Task Sync(SiloAddress keeper, ClusterView view, List<GrainAddress> addresses)
    {
        try
        {
            var answer = await _caller.Ask(keeper, SystemOperation.DirectorySync, DirectoryWire.Sync(view.RingId, _self, addresses));
            foreach (var winner in ReadWinners(answer))
            {
                var own = addresses.Find(address => address.GrainId.Equals(winner.GrainId));
                if (own is not null)
                {
                    EndIfLoser(own, winner);
                }
            }
        }
        catch (Exception exception)
        {
            // It is about to be declared dead, or its own timeout goes on without this silo's word.
            LogSyncFailed(_log, keeper, exception.Message);
        }
    }

    private byte[] HandleSync(byte[] payload)
    {
        var (ringId, sender, addresses) = DirectoryWire.ReadSync(payload);
        var winners = addresses
            .Select(address => (Given: address, Registered: _partition.Register(address, _view)))
            .Where(pair => !pair.Given.Matches(pair.Registered))
            .Select(pair => pair.Registered)
            .ToList();
        lock (_gate)
        {
            _heard[sender] = ringId;
            if (_handoff is { } handoff && handoff.View.RingId == ringId)
            {
                handoff.Heard(sender);
            }

            foreach (var silo in _heard.Keys.Where(_view.IsDead).ToList())
            {
                _heard.Remove(silo);
            }
        }

        return DirectoryWire.Sync(ringId, _self, winners);
    }

    private static List<GrainAddress> ReadWinners(byte[] answer) => DirectoryWire.ReadSync(answer).Addresses;

    private void EndIfLoser(GrainAddress own, GrainAddress registered)
    {
        if (!own.Matches(registered) && _catalog.TryGet(own.GrainId, out var activation) && activation.ActivationId.Equals(own.ActivationId))
        {
            LogDuplicate(_log, own.GrainId, registered.SiloAddress);
            activation.Deactivate(new DeactivationReason(
                DeactivationReasonCode.DuplicateActivation, $"The grain is active at {registered.SiloAddress} too, which was registered first."));
        }
    }

    [LoggerMessage(EventId = 4010, Level = LogLevel.Warning, Message = "Not every silo has said what it hosts since version {Version}; going on without.")]
    private static partial void LogHandoffTimedOut(ILogger logger, MembershipVersion version);

    [LoggerMessage(EventId = 4011, Level = LogLevel.Information, Message = "{Silo} could not be told what is active here: {Reason}")]
    private static partial void LogSyncFailed(ILogger logger, SiloAddress silo, string reason);

    [LoggerMessage(EventId = 4012, Level = LogLevel.Warning, Message = "{Grain} is active twice, here and at {Silo}: ending it here.")]
    private static partial void LogDuplicate(ILogger logger, GrainId grain, SiloAddress? silo);
}
