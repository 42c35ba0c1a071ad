namespace Orleans.Kv.Telemetry.Logs;

/// <summary>The formats' names on command lines.</summary>
public static class LogFormats
{
    public static bool TryParse(string text, out LogFormat format)
    {
        format = string.Equals(text, "json", StringComparison.OrdinalIgnoreCase) ? LogFormat.Json : LogFormat.Text;
        return format == LogFormat.Json || string.Equals(text, "text", StringComparison.OrdinalIgnoreCase);
    }
}
