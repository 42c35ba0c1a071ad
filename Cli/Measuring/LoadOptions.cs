namespace Orleans.Kv.Cli.Measuring;

/// <summary>What a load is like.</summary>
/// <param name="Duration">How long it runs.</param>
/// <param name="Users">Requests under way at once.</param>
/// <param name="Keys">How many keys they use.</param>
/// <param name="ValueBytes">How long a value is.</param>
/// <param name="Reads">The part of fetches, 0 to 1; the rest are stores.</param>
internal sealed record LoadOptions(TimeSpan Duration, int Users, int Keys, int ValueBytes, double Reads);
