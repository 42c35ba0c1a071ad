using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Storage;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Silo.Isolation;

/// <summary>
/// Finds out whether this process can reach the other silos, without being one: connects to their silo ports, and looks into the shared table and the authority where these
/// can be read. It never writes to either.
/// </summary>
/// <remarks>
/// Where the authority cannot be read, the others are looked for at the addresses that were last known. A port that takes a connection is a silo that may be reached; whether it answers as one is
/// found out by joining.
/// </remarks>
internal sealed partial class PeerProbe
{
    /// <summary>
    /// How long a port may take to accept or refuse. The other machine's system answers, however busy its processes are; and a packet that is lost is sent again after a second only, which
    /// nobody who waits for an answer of this silo would want to wait for.
    /// </summary>
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromMilliseconds(300);

    /// <summary>How long the shared table and the authority may take, a database's connection included. Who cannot read them cannot join by them, and knows enough from before to look on.</summary>
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(1);

    private readonly string _name;
    private readonly SiloMemory _memory;
    private readonly IMapAuthority _authority;
    private readonly IMembershipTable _table;
    private readonly TimeSpan _stalePeriod;
    private readonly TimeProvider _time;
    private readonly ILogger<PeerProbe> _logger;
    private bool _isAway;

    public PeerProbe(string name, IMapAuthority authority, IMembershipTable table, TimeSpan stalePeriod, SiloMemory memory, TimeProvider time, ILogger<PeerProbe> logger)
    {
        _name = name;
        _memory = memory;
        _authority = authority;
        _table = table;
        _stalePeriod = stalePeriod;
        _time = time;
        _logger = logger;
    }

    public async Task<PeerOutlook> Look(CancellationToken cancellation)
    {
        var view = await ReadAuthority(cancellation);
        // Before the first map there is nothing that a majority could decide about.
        if (view.Epoch == 0) return new PeerOutlook(0, 0, [], [], _isAway);
        var nodes = ClusterMapCodec.Read(view.Map).Newest.Nodes;
        // By name alone: whether a silo can be reached has nothing to do with which store it has by now. One that came back empty is there, and a majority that has lost its
        // stores must not keep the last copy in isolation.
        var addresses = view.Nodes.ToDictionary(record => record.Name, record => record.Silo.Endpoint);
        var reached = await Task.WhenAll(nodes.Select(node => IsReachable(node, addresses, cancellation)));
        // Once is enough to wait for what is away.
        var members = _isAway ? [] : await Members(cancellation);
        var silent = (await Task.WhenAll(members.Select(async member => (member, Outcome: await Connect(member, cancellation)))))
            .Where(probe => probe.Outcome == ConnectOutcome.Silent).Select(probe => probe.member.ToString());
        var away = nodes.Where((_, index) => !reached[index]).Select(node => node.Name);
        return new PeerOutlook(reached.Count(isReached => isReached), (nodes.Length / 2) + 1, [.. away], [.. silent], _isAway);
    }

    private async Task<bool> IsReachable(NodeId node, Dictionary<string, IPEndPoint> addresses, CancellationToken cancellation)
    {
        if (node.Name == _name) return node.Store == _memory.Storage.Store;
        return addresses.TryGetValue(node.Name, out var endpoint) && await Connect(endpoint, cancellation) == ConnectOutcome.Accepted;
    }

    /// <summary>What the authority holds, or what was known last where that is newer or the authority is out of reach.</summary>
    private async Task<AuthorityView> ReadAuthority(CancellationToken cancellation)
    {
        var known = _memory.Known;
        try
        {
            // From the pool: a file on a share that hangs must not hang who asks.
            var read = await Task.Run(() => _authority.Read(cancellation).AsTask(), cancellation).WaitAsync(ReadPatience, _time, cancellation);
            _isAway = false;
            return read.Epoch >= known.Epoch ? read : known;
        }
        catch (Exception fault) when (fault is IOException or TimeoutException)
        {
            NoteAway(fault);
            return known;
        }
    }

    /// <summary>Where the others listen that count as members of the shared table: active, and heard of lately.</summary>
    private async Task<IReadOnlyList<IPEndPoint>> Members(CancellationToken cancellation)
    {
        try
        {
            var table = await Task.Run(_table.ReadAll, cancellation).WaitAsync(ReadPatience, _time, cancellation);
            var stale = _time.GetUtcNow().UtcDateTime - _stalePeriod;
            return [.. table.Members.Select(row => row.Item1)
                .Where(entry => entry.Status == SiloStatus.Active && entry.SiloName != _name && (entry.IAmAliveTime > stale || entry.StartTime > stale))
                .Select(entry => entry.SiloAddress.Endpoint)];
        }
        catch (Exception fault) when (fault is IOException or TimeoutException)
        {
            NoteAway(fault);
            return [];
        }
    }

    // Once, and not with every look.
    private void NoteAway(Exception fault)
    {
        if (!_isAway) LogAuthorityAway(fault.Message);
        _isAway = true;
    }

    private async Task<ConnectOutcome> Connect(IPEndPoint endpoint, CancellationToken cancellation)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var patience = new CancellationTokenSource(ConnectPatience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await socket.ConnectAsync(endpoint, either.Token);
            return ConnectOutcome.Accepted;
        }
        catch (OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return ConnectOutcome.Silent;
        }
        catch (SocketException fault)
        {
            // A port that is closed answers at once. A host without a way to it is as silent as one whose packets are dropped.
            return fault.SocketErrorCode == SocketError.ConnectionRefused ? ConnectOutcome.Refused : ConnectOutcome.Silent;
        }
    }

    [LoggerMessage(1921, LogLevel.Warning, "The shared membership and map cannot be read while this silo is cut off; it goes by what it last knew: {Fault}", EventName = "AuthorityAway")]
    private partial void LogAuthorityAway(string fault);

    private enum ConnectOutcome
    {
        Accepted,
        Refused,
        Silent,
    }
}
