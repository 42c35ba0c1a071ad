using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orleans.Kv.Interfaces.Clustering;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Tests.Api.Clustering;

public sealed class ClusterFileTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private readonly string _path;

    public ClusterFileTests() => _path = _directory.File("cluster.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task ConcurrentWriters_EveryChangeCountsOnce()
    {
        const int Writers = 8;
        const int ChangesEach = 25;

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            // A file object each: they compete for the lock as processes do.
            var file = new ClusterFile(Options(), TimeProvider.System);
            for (var i = 0; i < ChangesEach; i++) await file.UpdateAsync(content => (content with { TableVersion = content.TableVersion + 1 }, true));
        })));

        var content = new ClusterFile(Options(), TimeProvider.System).Read();
        Assert.Equal(Writers * ChangesEach, content.TableVersion);
        Assert.Equal(Writers * ChangesEach, content.Sequence);
        Assert.Empty(Directory.EnumerateFiles(_directory.FullPath, "*.tmp"));
    }

    [Fact]
    public async Task ConcurrentInstalls_OneWinsEachEpoch()
    {
        const int Rivals = 6;
        const int Epochs = 10;
        var authorities = Enumerable.Range(0, Rivals).Select(_ => Tables.OpenAuthority(_path)).ToArray();

        for (var epoch = 1; epoch <= Epochs; epoch++)
        {
            var installing = authorities.Select((authority, rival) =>
                authority.TryInstall(new[] { (byte)rival }, epoch, epoch - 1, [], CancellationToken.None).AsTask());
            var won = await Task.WhenAll(installing);

            var winner = Assert.Single(Enumerable.Range(0, Rivals), rival => won[rival]);
            var view = await authorities[0].Read(CancellationToken.None);
            Assert.Equal(epoch, view.Epoch);
            Assert.Equal(new[] { (byte)winner }, view.Map.ToArray());
        }
    }

    [Fact]
    public async Task Register_ReplacesTheRecordOfTheNameAndKeepsTheMap()
    {
        var authority = Tables.OpenAuthority(_path);
        var silo = Tables.Entry("silo-1", 1000).SiloAddress;
        Assert.True(await authority.TryInstall(new byte[] { 1, 2 }, 1, 0, [], CancellationToken.None));

        await authority.Register(new NodeRecord("silo-1", "aa", silo), CancellationToken.None);
        await authority.Register(new NodeRecord("silo-2", "bb", silo), CancellationToken.None);
        await authority.Register(new NodeRecord("silo-1", "cc", silo), CancellationToken.None);

        var view = await Tables.OpenAuthority(_path).Read(CancellationToken.None);
        Assert.Equal([new NodeRecord("silo-1", "cc", silo), new NodeRecord("silo-2", "bb", silo)], view.Nodes);
        Assert.Equal((1L, 2), (view.Epoch, view.Map.Length));
    }

    [Fact]
    public async Task Install_MarksItsStoresAsMembers_WhichNoRegistrationOfTheSameStoreTakesBack()
    {
        var authority = Tables.OpenAuthority(_path);
        var silo = Tables.Entry("silo-1", 1000).SiloAddress;
        await authority.Register(new NodeRecord("silo-1", "aa", silo, Durable: true), CancellationToken.None);
        await authority.Register(new NodeRecord("silo-2", "bb", silo), CancellationToken.None);
        Assert.False(await authority.TryInstall(new byte[] { 1 }, 2, 1, ["bb"], CancellationToken.None));
        Assert.True(await authority.TryInstall(new byte[] { 1 }, 1, 0, ["aa"], CancellationToken.None));
        var other = Tables.Entry("silo-1", 2000, generation: 2).SiloAddress;
        await authority.Register(new NodeRecord("silo-1", "aa", other, Durable: true), CancellationToken.None);

        var view = await Tables.OpenAuthority(_path).Read(CancellationToken.None);
        Assert.Equal([new NodeRecord("silo-1", "aa", other, Durable: true, WasMember: true), new NodeRecord("silo-2", "bb", silo)], view.Nodes);
        await authority.Register(new NodeRecord("silo-1", "cc", other), CancellationToken.None);
        Assert.Equal(new NodeRecord("silo-1", "cc", other), (await authority.Read(CancellationToken.None)).Nodes[0]);
    }

    [Fact]
    public async Task SetDraining_CountsForTheStoreThatWasMeant_UntilItsNameIsRegisteredAnew()
    {
        var authority = Tables.OpenAuthority(_path);
        var silo = Tables.Entry("silo-1", 1000).SiloAddress;
        await authority.Register(new NodeRecord("silo-1", "aa", silo), CancellationToken.None);

        Assert.False(await authority.SetDraining("silo-2", "aa", true, CancellationToken.None));
        Assert.False(await authority.SetDraining("silo-1", "bb", true, CancellationToken.None));
        Assert.False(Assert.Single((await authority.Read(CancellationToken.None)).Nodes).Draining);
        Assert.True(await authority.SetDraining("silo-1", "aa", true, CancellationToken.None));
        Assert.True(Assert.Single((await authority.Read(CancellationToken.None)).Nodes).Draining);
        await authority.Register(new NodeRecord("silo-1", "aa", silo), CancellationToken.None);
        Assert.False(Assert.Single((await authority.Read(CancellationToken.None)).Nodes).Draining);
    }

    [Fact]
    public async Task AFileOfTheFirstBuilds_WhoseNodesHaveNoFlags_IsRead()
    {
        await WriteAsync("""{"clusterId":"kv","sequence":4,"tableVersion":1,"tableEtag":"1","members":[],"mapEpoch":1,"map":"AQI=","nodes":{"silo-1":{"store":"aa","silo":"127.0.0.1:1000@1"}}}""");

        var view = await Tables.OpenAuthority(_path).Read(CancellationToken.None);
        Assert.Equal(new NodeRecord("silo-1", "aa", SiloAddress.FromParsableString("127.0.0.1:1000@1")), Assert.Single(view.Nodes));
        Assert.Equal((1L, 2), (view.Epoch, view.Map.Length));
    }

    [Fact]
    public async Task WhatALaterBuildHasWritten_SurvivesEveryChangeByThisOne()
    {
        await WriteAsync("""
            {"clusterId":"test","sequence":4,"tableVersion":1,"tableEtag":"1","newInCluster":{"a":[1,2]},"mapEpoch":1,"map":"AQI=",
            "members":[{"silo":"127.0.0.1:1000@1","etag":"1","name":"silo-1","host":"h","status":"Active","gatewayPort":1,"role":null,"startTime":"2026-01-02T03:04:05Z",
            "aliveTime":"2026-01-02T03:04:05Z","suspicions":[],"updateZone":0,"faultZone":0,"newInRow":"row"}],
            "nodes":{"silo-1":{"store":"aa","silo":"127.0.0.1:1000@1","newInNode":7},"silo-2":{"store":"bb","silo":"127.0.0.1:2000@1","newInNode":8}}}
            """);
        var (table, authority) = (Tables.Open(_path), Tables.OpenAuthority(_path));
        var entry = Tables.Entry("silo-1", 1000);

        await table.UpdateIAmAlive(entry);
        var read = await table.ReadAll();
        Assert.True(await table.UpdateRow(entry, read.TryGet(entry.SiloAddress)!.Item2, read.Version.Next()));
        Assert.True(await table.InsertRow(Tables.Entry("silo-3", 3000), (await table.ReadAll()).Version.Next()));
        Assert.True(await authority.TryInstall(new byte[] { 9 }, 2, 1, ["aa"], CancellationToken.None));
        Assert.True(await authority.SetDraining("silo-1", "aa", true, CancellationToken.None));
        // The same store registers again, another one takes a name over.
        await authority.Register(new NodeRecord("silo-1", "aa", entry.SiloAddress), CancellationToken.None);
        await authority.Register(new NodeRecord("silo-2", "cc", entry.SiloAddress), CancellationToken.None);

        var content = JsonDocument.Parse(await File.ReadAllBytesAsync(_path)).RootElement.GetProperty("content");
        Assert.Equal("""{"a":[1,2]}""", content.GetProperty("newInCluster").GetRawText());
        Assert.Equal([true, false], content.GetProperty("members").EnumerateArray().Select(row => row.TryGetProperty("newInRow", out var value) && value.GetString() == "row"));
        Assert.Equal(7, content.GetProperty("nodes").GetProperty("silo-1").GetProperty("newInNode").GetInt32());
        Assert.True(content.GetProperty("nodes").GetProperty("silo-1").GetProperty("wasMember").GetBoolean());
        Assert.False(content.GetProperty("nodes").GetProperty("silo-2").TryGetProperty("newInNode", out _), "what was known of a store is not known of its successor");
        Assert.Equal((2L, 2), ((await authority.Read(CancellationToken.None)).Epoch, (await table.ReadAll()).Members.Count));
    }

    [Fact]
    public async Task WritersKilledAtAnyInstant_LeaveAWholeFileAndLoseNoChange()
    {
        const int Rounds = 5;
        var random = new Random(20260102);
        var written = 0;
        var killed = 0;
        for (var round = 0; round < Rounds; round++)
        {
            using var steady = new ChildProcess("write-cluster-file", _path, "steady");
            using var doomed = new ChildProcess("write-cluster-file", _path, "doomed");
            await Task.WhenAll(steady.WaitForLinesAsync(5, Deadline), doomed.WaitForLinesAsync(1 + random.Next(10), Deadline));
            doomed.Kill();
            // The kill released the lock if it hit under it: the other one goes on.
            await steady.WaitForLinesAsync(steady.Lines + 5, Deadline);
            steady.Kill();
            written += steady.Lines + doomed.Lines;
            killed += 2;
        }

        // A change may have taken effect just before its writer could say so, at most one for each writer that was killed.
        var version = (await Tables.Open(_path).ReadAll()).Version.Version;
        Assert.InRange(version, written, written + killed);
    }

    [Fact]
    public async Task AFileCutShortAnywhere_IsReportedWithItsName()
    {
        var whole = await WriteSampleAsync();
        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(_path, whole[..length]);
            var exception = Assert.Throws<ClusterFileException>(() => new ClusterFile(Options(), TimeProvider.System).Read());
            Assert.Contains(_path, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AFlippedBitAnywhere_IsReported()
    {
        var whole = await WriteSampleAsync();
        var random = new Random(7);
        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[i] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(_path, damaged);
            Assert.Throws<ClusterFileException>(() => new ClusterFile(Options(), TimeProvider.System).Read());
        }
    }

    [Fact]
    public async Task MalformedJson_IsReportedWithItsPosition()
    {
        await File.WriteAllTextAsync(_path, "{\"format\":1,\n\"checksum\":oops}");

        var exception = Assert.Throws<ClusterFileException>(() => new ClusterFile(Options(), TimeProvider.System).Read());
        Assert.Contains("line 2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADamagedFile_IsNeverOverwritten()
    {
        await File.WriteAllTextAsync(_path, "{");

        await Assert.ThrowsAsync<ClusterFileException>(() => Tables.Open(_path).UpdateIAmAlive(Tables.Entry("silo-1", 1000)));
        Assert.Equal("{", await File.ReadAllTextAsync(_path));
    }

    [Fact]
    public async Task ALockThatIsNeverReleased_IsReportedAndBlocksNoReader()
    {
        await WriteSampleAsync();
        await using var holder = new FileStream(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var file = new ClusterFile(new FileClusteringOptions { Path = _path, LockTimeout = TimeSpan.FromMilliseconds(100) }, TimeProvider.System);
        var before = file.Read();

        var watch = Stopwatch.StartNew();
        var exception = await Assert.ThrowsAsync<ClusterFileException>(
            () => file.UpdateAsync(content => (content with { TableVersion = 99 }, true)));

        Assert.Contains("busy", exception.Message, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < Deadline, $"gave up after {watch.Elapsed}");
        Assert.Equal(before.Sequence, file.Read().Sequence);
    }

    [Fact]
    public async Task Prepare_RemovesOldTemporariesOnly()
    {
        var old = _path + ".0123.tmp";
        var young = _path + ".4567.tmp";
        await File.WriteAllTextAsync(old, "{");
        await File.WriteAllTextAsync(young, "{");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddMinutes(-5));

        new ClusterFile(Options(), TimeProvider.System).Prepare();

        Assert.Equal([young], Directory.EnumerateFiles(_directory.FullPath, "*.tmp"));
    }

    private async Task WriteAsync(string content)
    {
        var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)).AsSpan(0, 16));
        await File.WriteAllTextAsync(_path, "{\"format\":1,\"checksum\":\"" + checksum + "\",\"content\":" + content + "}");
    }

    private FileClusteringOptions Options() => new() { Path = _path, LockTimeout = Deadline };

    private async Task<byte[]> WriteSampleAsync()
    {
        var table = Tables.Open(_path);
        await table.InsertRow(Tables.Entry("silo-1", 1000), (await table.ReadAll()).Version.Next());
        await Tables.OpenAuthority(_path).TryInstall(new byte[] { 1, 2, 3 }, 1, 0, [], CancellationToken.None);
        return await File.ReadAllBytesAsync(_path);
    }
}
