using System.Globalization;
using System.Text;

namespace Orleans.Kv.Tests.Processes.Transfer;

/// <summary>Many keys in and out with <c>kv</c>, against processes.</summary>
[Collection(ProcessTests.Name)]
public class TransferTests
{
    private const int Keys = 100_000;

    [Fact]
    public async Task HundredThousandKeys_AreImported_AndExportedAsTheyWere_WhileAWriterAddsAndDeletes()
    {
        using var folder = new Folder();
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            var file = folder.File("keys.jsonl");
            var lines = Enumerable.Range(0, Keys).Select(Line).ToList();
            // In no order: the export has one.
            await File.WriteAllLinesAsync(file, lines.OrderBy(static line => line.GetHashCode(StringComparison.Ordinal)));
            var (code, output, errors) = await cluster.Kv("import", file);
            Assert.True(code == 0 && output.StartsWith("100,000 keys imported", StringComparison.Ordinal), $"kv import: {code} {output} {errors}");

            using var end = new CancellationTokenSource();
            var writing = AddAndDelete(cluster.Url, end.Token);
            var exported = folder.File("exported.jsonl");
            (code, output, errors) = await cluster.Kv("export", exported, "--prefix", "bulk/");
            Assert.True(code == 0, $"kv export: {code} {output} {errors}");
            (code, var listed, errors) = await cluster.Kv("keys", "bulk/");
            Assert.True(code == 0, $"kv keys: {code} {errors}");
            await end.CancelAsync();
            var changes = await writing;
            Assert.True(changes > 0, "expected the writer to have added and deleted keys meanwhile");

            AreTheStableOnes(lines, (await File.ReadAllLinesAsync(exported)).ToList(), static line => line.Contains("/transient", StringComparison.Ordinal));
            var keys = listed.TrimEnd('\n').Split('\n').ToList();
            AreTheStableOnes([.. Enumerable.Range(0, Keys).Select(Key)], keys, static key => key.EndsWith("/transient", StringComparison.Ordinal));
            Assert.Empty(Directory.GetFiles(folder.Path, "*.tmp"));
        });
    }

    private static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"bulk/{number:000000}");

    private static string Line(int number) => $$"""{"key":"{{Key(number)}}","value":{{number}}}""";

    // Transient keys lie between the others, so that pages begin and end at them; they may be there or not.
    private static void AreTheStableOnes(List<string> expected, List<string> seen, Predicate<string> isTransient)
    {
        for (var i = 1; i < seen.Count; i++)
            Assert.True(string.CompareOrdinal(seen[i - 1], seen[i]) < 0 || isTransient(seen[i]) || isTransient(seen[i - 1]), $"{seen[i]} comes after {seen[i - 1]}");
        Assert.Equal(seen.Count, seen.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(expected, seen.Where(line => !isTransient(line)));
    }

    private static async Task<int> AddAndDelete(Uri url, CancellationToken end)
    {
        using var http = new HttpClient { BaseAddress = url };
        var random = new Random(11);
        var changes = 0;
        while (!end.IsCancellationRequested)
        {
            var key = Key(random.Next(Keys)) + "/transient";
            foreach (var (path, more) in new[] { ("/store", ",\"value\":1"), ("/delete", "") })
            {
                using var content = new StringContent($$"""{"key":"{{key}}"{{more}}}""", Encoding.UTF8, "application/json");
                using var response = await http.PostAsync(path, content, CancellationToken.None);
                if (response.IsSuccessStatusCode) changes++;
            }
        }

        return changes;
    }
}
