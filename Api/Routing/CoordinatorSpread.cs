namespace Orleans.Kv.Api.Routing;

/// <summary>
/// Sees to it that some coordinators are behind every silo, so that a silo which hangs never makes this host deaf to the others. Whoever has more of them than he needs gives some up
/// while another has too few: they get another address, and the engine chooses a gateway for that anew.
/// </summary>
/// <remarks>
/// <para>
/// It is needed where the engine chooses a gateway when an address is first used and keeps to it, as Orleans' client does: a host that was there before the silos finds one gateway, and all
/// coordinators stay behind that one whoever joins later; one that has seen each silo restart has none behind the last of them.
/// </para>
/// <para>
/// A silo keeps its own even while it hangs: they are how this host knows that it hangs, and when it does no longer. Which gateway comes next is the engine's choice, so that it may take some
/// tries. A silo that none of them finds may have no gateway that this host reaches, and is tried for more rarely.
/// </para>
/// </remarks>
/// <param name="cluster">The cluster whose coordinators they are.</param>
/// <param name="coordinators">What is known of them.</param>
internal sealed class CoordinatorSpread(ICluster cluster, CoordinatorChoice coordinators)
{
    /// <summary>With three gateways and a turn each, that one of them is not met in so many tries is next to impossible.</summary>
    public const int QuickTries = 16;

    /// <summary>After that one in so many calls is a try: every eight seconds, where the caller comes twice a second.</summary>
    public const int CallsPerTry = 16;

    private IReadOnlyCollection<string> _silos = [];
    private int _calls;

    /// <summary>Gives coordinators another address, where a silo has too few of them.</summary>
    /// <param name="silos">Those that are alive; null where nobody has said so lately, and those named last count.</param>
    /// <param name="isFree">Whether nothing is on its way to a coordinator that this host waits for.</param>
    public void Even(IReadOnlyCollection<string>? silos, Func<int, bool> isFree)
    {
        _silos = silos ?? _silos;
        if (_silos.Count == 0) return;
        // Half of what an even spread would give, so that what the engine chooses by itself is nearly always good enough.
        var share = Math.Max(1, coordinators.Count / (2 * _silos.Count));
        var behind = Behind();
        var missing = _silos.Sum(silo => Math.Max(0, share - behind.GetValueOrDefault(silo, []).Count));
        // Those whose silo is not known yet are on their way to one, and may be all that a silo which hangs lets this host see of itself.
        missing -= Math.Min(share, Enumerable.Range(0, coordinators.Count).Count(i => coordinators.LastSiloOf(i) is null));
        if (missing <= 0) _calls = 0;
        else if (_calls++ is var call && (call < QuickTries || call % CallsPerTry == 0)) Move(behind, share, missing, isFree);
    }

    private void Move(Dictionary<string, List<int>> behind, int share, int missing, Func<int, bool> isFree)
    {
        for (; missing > 0; missing--)
        {
            var most = behind.Values.MaxBy(some => some.Count);
            if (most is null || most.Count <= share) return;
            var free = most.FindLastIndex(coordinator => isFree(coordinator));
            if (free < 0) return;
            cluster.Readdress(most[free]);
            coordinators.Forget(most[free]);
            most.RemoveAt(free);
        }
    }

    private Dictionary<string, List<int>> Behind()
    {
        var behind = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < coordinators.Count; i++)
        {
            if (coordinators.LastSiloOf(i) is not { } silo) continue;
            if (!behind.TryGetValue(silo, out var some)) behind[silo] = some = [];
            some.Add(i);
        }

        return behind;
    }
}
