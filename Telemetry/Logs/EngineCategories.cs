namespace Orleans.Kv.Telemetry.Logs;

/// <summary>Names under which the engine logs, where a host treats them by themselves.</summary>
public static class EngineCategories
{
    public const string All = "Orleans";

    /// <summary>
    /// Microsoft's engine writes a warning here for each call that was not answered in time: thousands while a silo hangs, which the store says in one entry of its own.
    /// </summary>
    public const string UnansweredCalls = "Orleans.Runtime.CallbackData";
}
