namespace Orleans.Kv.Tests.Runtime.Host.Grains;

/// <summary>Shows whether two turns ever ran at once, and lets a test hold one open.</summary>
public interface ITurnGrain : IGrainWithStringKey
{
    /// <summary>Reads a field, lets go of the thread, and writes the field plus one.</summary>
    Task<int> Increment();

    /// <summary>The most calls that were between their start and their end at the same time.</summary>
    Task<int> MostAtOnce();

    /// <summary>Whether code before and after an await ran on one task scheduler that is not the pool's.</summary>
    Task<bool> KeepsItsScheduler();

    /// <summary>Stays in its call until <see cref="Release"/>.</summary>
    Task Hold();

    /// <summary>An ordinary call: waits for its turn.</summary>
    Task Touch();

    [ReadOnly]
    Task<int> HoldReading();

    [AlwaysInterleave]
    Task Release();

    [AlwaysInterleave]
    Task<TurnState> Peek();

    [OneWay]
    Task TouchOneWay();
}
