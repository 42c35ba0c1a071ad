using System.Globalization;
using System.Text.Json;

namespace Orleans.Kv.Cli.Commands;

/// <summary>How far a migration is, in words.</summary>
internal static class MigrationText
{
    /// <summary>From the document of <c>GET /cluster</c>; null while nothing moves.</summary>
    public static string? Of(JsonElement cluster)
    {
        if (!cluster.TryGetProperty("migration", out var migration) || migration.ValueKind != JsonValueKind.Object)
            return cluster.GetProperty("migrating").GetBoolean() ? "moving data" : null;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"moving data: {migration.GetProperty("slotsDone").GetInt32()} of {migration.GetProperty("slotsTotal").GetInt32()} slots, {migration.GetProperty("keysMoved").GetInt64()} keys, {migration.GetProperty("keysPerSecond").GetDouble():0} keys/s");
        return migration.GetProperty("waitingFor").GetString() is { } waiting ? $"{text}; waits for {waiting}" : text;
    }
}
