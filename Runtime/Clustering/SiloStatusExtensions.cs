namespace Orleans.Runtime;

public static class SiloStatusExtensions
{
    /// <summary>Whether the silo is on its way out or gone.</summary>
    public static bool IsTerminating(this SiloStatus siloStatus) =>
        siloStatus is SiloStatus.ShuttingDown or SiloStatus.Stopping or SiloStatus.Dead;
}
