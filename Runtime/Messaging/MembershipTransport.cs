using System.Diagnostics;
using Orleans.Runtime.MembershipService;

namespace Orleans.Runtime.Messaging;

/// <summary>Probes and gossip for membership. An answered probe has passed the receive loop of the probed silo, which runs on its thread pool as grains do.</summary>
internal sealed class MembershipTransport : IMembershipTransport
{
    private readonly ISystemCaller _caller;
    private readonly SiloConnections _connections;
    private readonly Func<IClusterMembershipService> _membership;

    public MembershipTransport(
        ISystemCaller caller,
        SiloConnections connections,
        Func<IClusterMembershipService> membership)
    {
        _caller = caller;
        _connections = connections;
        _membership = membership;
        connections.Lost += silo => ConnectionLost?.Invoke(silo);
    }

    public event Action<SiloAddress>? ConnectionLost;

    public Task<ProbeOutcome> Probe(SiloAddress silo, TimeSpan timeout, CancellationToken cancellation)
    {
        // Every probe is evidence of its own: a failure that calls still remember must not count twice.
        _connections.AllowRetry(silo);
        return Ask(silo, SystemOperation.Probe, [], timeout, static _ => ProbeOutcome.Answered, ProbeOutcome.Refused, ProbeOutcome.Silent, cancellation);
    }

    public Task<ProbeOutcome> ProbeThrough(SiloAddress goBetween, SiloAddress silo, TimeSpan timeout, CancellationToken cancellation)
    {
        var output = new OutputBuffer(256);
        output.WriteBlock(silo.ToUtf8String());
        output.WriteInt64(timeout.Ticks);

        // The go-between needs the whole time for its own probe, and the answer some of its own.
        return Ask(
            goBetween,
            SystemOperation.ProbeThrough,
            output.ToArrayAndRelease(),
            timeout * 2,
            static answer => answer is [var outcome] ? (ProbeOutcome)outcome : ProbeOutcome.Unknown,
            ProbeOutcome.Unknown,
            ProbeOutcome.Unknown,
            cancellation);
    }

    public async Task Gossip(SiloAddress silo, MembershipVersion version)
    {
        try
        {
            await _caller.Ask(silo, SystemOperation.Gossip, BitConverter.GetBytes(version.Value)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            // Best effort: it reads the table by itself sooner or later.
            Debug.WriteLine(exception);
        }
    }

    /// <summary>Answers another silo.</summary>
    public async Task<byte[]> Handle(SystemOperation operation, byte[] payload)
    {
        switch (operation)
        {
            case SystemOperation.Probe:
                return [];
            case SystemOperation.ProbeThrough:
                var (silo, timeout) = Read(payload);
                return [(byte)await Probe(silo, timeout, CancellationToken.None).ConfigureAwait(false)];
            case SystemOperation.Gossip:
                await _membership().Refresh(new MembershipVersion(BitConverter.ToInt64(payload))).ConfigureAwait(false);
                return [];
            default:
                throw new InvalidMessageFrameException($"There is no system operation {(byte)operation}.");
        }
    }

    private static (SiloAddress Silo, TimeSpan Timeout) Read(byte[] payload)
    {
        var input = new InputSpan(payload);
        return (SiloAddress.FromUtf8String(input.ReadBlock()), TimeSpan.FromTicks(input.ReadInt64()));
    }

    private async Task<ProbeOutcome> Ask(
        SiloAddress silo,
        SystemOperation operation,
        byte[] payload,
        TimeSpan timeout,
        Func<byte[], ProbeOutcome> read,
        ProbeOutcome refused,
        ProbeOutcome silent,
        CancellationToken cancellation)
    {
        try
        {
            return read(await _caller.Ask(silo, operation, payload, timeout).WaitAsync(cancellation).ConfigureAwait(false));
        }
        catch (TimeoutException)
        {
            return silent;
        }
        catch (SiloUnavailableException fault) when (NoHandshakeException.IsCauseOf(fault))
        {
            // It is there: who may not talk to it has no word about its death, and must not become a member either.
            return silent;
        }
        catch (SiloUnavailableException)
        {
            return refused;
        }
        catch (Exception exception) when (exception is OrleansException or OperationCanceledException)
        {
            return ProbeOutcome.Unknown;
        }
    }
}
