namespace Orleans.Kv.Consensus;

/// <summary>SplitMix64 (Steele, Lea and Flood, 2014): a few bytes of state where <see cref="Random"/> would cost each key a table.</summary>
internal struct Jitter(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Evenly from zero to below <paramref name="bound"/>, which must be positive and small against 2^64.</summary>
    public long Below(long bound)
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15UL;
            var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
            return (long)((mixed ^ (mixed >> 31)) % (ulong)bound);
        }
    }
}
