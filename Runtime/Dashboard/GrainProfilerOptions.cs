namespace Orleans.Dashboard;

public sealed class GrainProfilerOptions
{
    /// <summary>How long calls go on being measured after somebody has last looked.</summary>
    public TimeSpan DeactivationTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether calls are measured while nobody looks, too.</summary>
    public bool TraceAlways { get; set; }
}
