using System.Collections.Concurrent;

namespace Orleans.Kv.Api.Routing;

/// <summary>
/// Which silos' key grains to expect nothing from at the moment: those that kept silent or refused several times in a row. It spares the
/// keys of a dead silo that were not asked for yet the wait that the first ones had.
/// </summary>
/// <remarks>Only a hint: a wrong one costs a detour over a coordinator, and any answer from the silo clears it. Bounded by the silos' names.</remarks>
internal sealed class SiloHealth
{
    /// <summary>One silence may be a lost packet or a long collection of garbage; three in a row with no answer between them are not.</summary>
    public const int SilencesToSuspect = 3;

    private readonly ConcurrentDictionary<string, Silo> _silos = new(StringComparer.Ordinal);

    public bool IsSuspect(string? silo) =>
        silo is not null && _silos.TryGetValue(silo, out var known) && Volatile.Read(ref known.Silences) >= SilencesToSuspect;

    public void Answered(string? silo)
    {
        if (silo is null) return;
        if (!_silos.TryGetValue(silo, out var known)) known = _silos.GetOrAdd(silo, static _ => new Silo());
        if (Volatile.Read(ref known.Silences) != 0) Volatile.Write(ref known.Silences, 0);
    }

    public void Silent(string? silo)
    {
        if (silo is not null && _silos.TryGetValue(silo, out var known)) Interlocked.Increment(ref known.Silences);
    }

    private sealed class Silo
    {
        public int Silences;
    }
}
