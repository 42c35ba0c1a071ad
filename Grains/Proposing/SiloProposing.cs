using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Changes;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Storage;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>What the proposers of one silo share: its replica, its traffic, its clock, and ids that no other proposer ever has.</summary>
internal sealed class SiloProposing
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly SiloMemory _memory;
    private readonly ulong _seed;
    private readonly long _patienceTicks;

    public SiloProposing(
        TopologyAgent topology, Replica replica, PeerTraffic traffic, RoundTicker ticker, IOptions<ProposingOptions> options, ProposingCounters counters,
        SiloMemory memory, ChangeFeed changes, TimeProvider time)
    {
        Changes = changes;
        Topology = topology;
        Replica = replica;
        Traffic = traffic;
        Ticker = ticker;
        Counters = counters;
        Options = options.Value.ToCore();
        Options.Validate();
        CoordinatedKeys = options.Value.CoordinatedKeys;
        _time = time;
        _start = time.GetTimestamp();
        _patienceTicks = (long)options.Value.Patience.TotalMilliseconds;
        _memory = memory;
        _seed = BitConverter.ToUInt64(Guid.NewGuid().ToByteArray(), 0);
    }

    public TopologyAgent Topology { get; }

    public Replica Replica { get; }

    public PeerTraffic Traffic { get; }

    public RoundTicker Ticker { get; }

    public ChangeFeed Changes { get; }

    public ProposingCounters Counters { get; }

    public ProposerOptions Options { get; }

    public int CoordinatedKeys { get; }

    public string Silo => Topology.Self.Name;

    public Moment Now => new((long)_time.GetElapsedTime(_start).TotalMilliseconds, _time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>The tick at which an operation that arrives now is given up.</summary>
    public long GiveUpAt(in Moment now) => now.Ticks + _patienceTicks;

    /// <summary>A proposer that was never there before.</summary>
    public Proposer NewProposer(Key key, ClusterMap map)
    {
        // From the memory, which outlives this host: an id that was used before could send the same ballot with another state.
        var id = _memory.NewProposer();
        return new Proposer(key, id, map, Topology.Self, Options, unchecked(_seed + (id.Instance * 0x9E3779B97F4A7C15)));
    }
}
