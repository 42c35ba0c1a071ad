using System.Net.Http.Json;
using System.Text.Json;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Processes.Files;

/// <summary>Clients that people use, against a cluster whose silos die.</summary>
[Collection(ProcessTests.Name)]
public class FtpTests(ITestOutputHelper output)
{
    private const int Files = 200;
    private const int LargestFile = 50 * 1024 * 1024;

    // Seconds on an idle machine.
    private static readonly TimeSpan MirrorPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [LftpFact]
    public async Task Lftp_MirrorsATreeUpAndDown_WhileASiloIsKilled_AndEveryByteIsThere()
    {
        using var folder = new Folder();
        var (tree, back) = (folder.File("tree"), folder.File("back"));
        FileTree.Make(tree, Files, LargestFile);
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var http = new HttpClient { BaseAddress = cluster.Url };
            await using (var up = Lftp(cluster, $"mirror -R --parallel=4 '{tree}' /tree"))
            {
                await Wait.Until("a quarter of the files is there", MirrorPatience, async () => await Count(http, "files/") is var there && there >= Files / 4 ? null : $"{there} keys; {up.Output}{up.Errors}");
                Assert.False(up.HasExited, "lftp was to be at work when the silo dies");
                Signals.Kill(cluster.Pid("silo-2"));
                await Ends(up);
            }

            await using (var down = Lftp(cluster, $"mirror --parallel=4 /tree '{back}'")) await Ends(down);
            var expected = FileTree.Describe(tree);
            Assert.Equal(Files, expected.Count);
            Assert.Equal(expected, FileTree.Describe(back));

            // Nothing of an attempt that failed is left, and no note of one.
            var chunks = expected.Values.Sum(static file => (long.Parse(file.Split(' ')[0], null) + 524_287) / 524_288);
            Assert.Equal(chunks, await Count(http, "chunks/"));
            Assert.Equal(0, await Count(http, "uploads/"));
        });
    }

    [Fact]
    public async Task Curl_UploadsReplacesAndResumes_AndOneThatIsKilledLeavesTheFileAsItWas()
    {
        using var folder = new Folder();
        await File.WriteAllBytesAsync(folder.File("first"), Bytes(1, 3_000_000));
        await File.WriteAllBytesAsync(folder.File("second"), Bytes(2, 20_000_000));
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var http = new HttpClient { BaseAddress = cluster.Url };
            var file = $"{cluster.Ftp}a/b/file";
            await Curl("--ftp-create-dirs", "-T", folder.File("first"), file);
            Assert.Equal(Bytes(1, 3_000_000), await Get(folder, file));

            await using (var killed = Program.Start(Programs.Command("curl", "-sS", "--limit-rate", "2M", "-T", folder.File("second"), file)))
            {
                await Wait.Until("some of the second file is there", Patience, async () => await Count(http, "chunks/") is var chunks && chunks > 8 ? null : $"{chunks} chunks; {killed.Errors}");
                Signals.Kill(killed.Id);
                await killed.Exited(Patience);
            }

            await Wait.Until("what was uploaded of it is gone", Patience, async () => await Count(http, "uploads/") is var notes && notes == 0 ? null : $"{notes} notes");
            Assert.Equal(Bytes(1, 3_000_000), await Get(folder, file));
            Assert.Equal(6, await Count(http, "chunks/"));

            await File.WriteAllBytesAsync(folder.File("part"), Bytes(1, 3_000_000)[..1_000_000]);
            await Curl("-C", "-", "-o", folder.File("part"), file);
            Assert.Equal(Bytes(1, 3_000_000), await File.ReadAllBytesAsync(folder.File("part")));

            await Curl("-T", folder.File("second"), file);
            Assert.Equal(Bytes(2, 20_000_000), await Get(folder, file));
            Assert.Equal(39, await Count(http, "chunks/"));
            await Curl("-Q", "DELE /a/b/file", cluster.Ftp.ToString());
            Assert.Equal(0, await Count(http, "chunks/"));
        });
    }

    private static byte[] Bytes(int seed, int count)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> Get(Folder folder, string file)
    {
        await Curl("-o", folder.File("got"), file);
        return await File.ReadAllBytesAsync(folder.File("got"));
    }

    private static async Task Curl(params string[] arguments)
    {
        await using var curl = Program.Start(Programs.Command("curl", ["-sS", .. arguments]));
        await curl.Exited(Patience);
        Assert.True(curl.ExitCode == 0, $"curl {string.Join(' ', arguments)} ended with {curl.ExitCode}: {curl.Errors}");
    }

    private static Program Lftp(LocalCluster cluster, string command) =>
        Program.Start(Programs.Command("lftp", "-e", $"set cmd:fail-exit true; set net:max-retries 3; set net:timeout 60; {command}; bye", cluster.Ftp.ToString()));

    private async Task Ends(Program lftp)
    {
        var started = TimeProvider.System.GetTimestamp();
        await lftp.Exited(MirrorPatience);
        output.WriteLine($"lftp took {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F1} s more");
        Assert.True(lftp.ExitCode == 0, $"lftp ended with {lftp.ExitCode}: {lftp.Output}{lftp.Errors}");
    }

    private static async Task<int> Count(HttpClient http, string prefix)
    {
        var count = 0;
        var started = TimeProvider.System.GetTimestamp();
        for (string? after = null; ;)
        {
            using var response = await http.PostAsJsonAsync("/list", new { prefix, after, limit = 1_000 });
            var page = await response.Content.ReadFromJsonAsync<JsonElement>();
            // A silo has just been killed: until that is noticed, a page may have no answer in time.
            if (response.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable && TimeProvider.System.GetElapsedTime(started) < Patience) continue;
            Assert.True(response.IsSuccessStatusCode, $"/list: {page}");
            count += page.GetProperty("keys").GetArrayLength();
            after = page.GetProperty("next").GetString();
            if (after is null) return count;
        }
    }
}
