namespace Orleans.Kv.Grains.Repair;

/// <summary>What the last comparison of this silo's replica with another one came to.</summary>
/// <param name="Epoch">The map's epoch.</param>
/// <param name="Differing">In how many of the shared slots a difference was left that could not be made good.</param>
internal readonly record struct Comparison(long Epoch, int Differing);
