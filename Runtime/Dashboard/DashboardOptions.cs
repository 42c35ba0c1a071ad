namespace Orleans.Dashboard;

public sealed class DashboardOptions
{
    /// <summary>How often the page looks anew, in milliseconds; not more often than once a second.</summary>
    public int CounterUpdateIntervalMs { get; set; } = 1000;

    /// <summary>For how many samples curves go back. This engine's page has no curves.</summary>
    public int HistoryLength { get; set; } = 100;

    /// <summary>Whether the stream of log lines is left out. This engine's page has none.</summary>
    public bool HideTrace { get; set; }
}
