using Orleans.Kv.Interfaces.Clustering;

namespace Orleans.Kv.Tests.Api.Clustering;

/// <summary>
/// A process that changes its own row of a cluster file as fast as it can, and prints a line after each change that took effect.
/// Whoever started it may kill it at any instant.
/// </summary>
internal static class ClusterFileWriter
{
    public static async Task<int> RunAsync(string path, string name)
    {
        var table = Tables.Open(path);
        await table.InitializeMembershipTable(tryInitTableVersion: true);
        var entry = Tables.Entry(name, port: Environment.ProcessId % 60_000 + 1, generation: Environment.TickCount);
        while (true)
        {
            var data = await table.ReadAll();
            var row = data.TryGet(entry.SiloAddress);
            var next = data.Version.Next();
            entry.UpdateZone++;
            var done = row is null ? await table.InsertRow(entry, next) : await table.UpdateRow(entry, row.Item2, next);
            // Nobody reads the pipe of a test that ended.
            if (done) await Console.Out.WriteLineAsync("written");
        }
    }
}
