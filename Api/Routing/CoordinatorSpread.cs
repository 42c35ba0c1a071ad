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
/// Of those that hang some stay where they are: they are how this host knows that a silo hangs, and when it does no longer. The rest are moved, since nobody knows where they are: a gateway that
/// was lost for a moment may have left its own to others, and those others may be behind a cut. Which gateway comes next is the engine's choice, so that it may take some tries. A silo that none of
/// them finds may have no gateway that this host reaches, and is tried for more rarely.
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
        var behind = Enumerable.Range(0, coordinators.Count).ToLookup(coordinators.LastSiloOf);
        // Those whose silo is not known yet are on their way to one, and may be all that a silo which hangs lets this host see of itself.
        var missing = _silos.Sum(silo => Math.Max(0, share - behind[silo].Count())) - Math.Min(share, behind[null].Count());
        var moved = behind.SelectMany(some => some.Where(coordinators.IsHung).Skip(share)).ToList();
        if (missing <= 0 && moved.Count == 0) _calls = 0;
        else if (_calls++ is var call && (call < QuickTries || call % CallsPerTry == 0)) Move([.. moved, .. Spare(behind, share).Except(moved).Take(missing - moved.Count)], isFree);
    }

    private void Move(List<int> moved, Func<int, bool> isFree)
    {
        foreach (var coordinator in moved.Where(isFree))
        {
            cluster.Readdress(coordinator);
            coordinators.Forget(coordinator);
        }
    }

    /// <summary>Those that a silo can do without: first of whoever has most.</summary>
    private static IEnumerable<int> Spare(ILookup<string?, int> behind, int share) =>
        behind.Where(some => some.Key is not null).SelectMany(some => some.Reverse().Select((coordinator, i) => (Coordinator: coordinator, Left: some.Count() - i)))
            .Where(spare => spare.Left > share).OrderByDescending(spare => spare.Left).Select(spare => spare.Coordinator);
}
