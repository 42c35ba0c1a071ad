namespace Orleans.Kv.Telemetry.Logs;

/// <summary>How log entries are written to the console.</summary>
public enum LogFormat
{
    /// <summary>A line each, for people.</summary>
    Text,

    /// <summary>A JSON object per line, with the entry's values under their names, for what gathers logs.</summary>
    Json,
}
