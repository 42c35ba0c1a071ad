using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Kv.Api.Files;

namespace Orleans.Kv.Tests.Api.Files;

/// <summary>
/// A process dies before each of the writes that a change consists of. Then the paths have their former content or the new one, and once the sweep of another process has been there, nothing is left over.
/// </summary>
public class CrashTests
{
    private static readonly byte[] Old = [.. Enumerable.Repeat((byte)'o', 35)];
    private static readonly byte[] New = [.. Enumerable.Repeat((byte)'n', 27)];
    private static readonly byte[] Third = [.. Enumerable.Repeat((byte)'t', 12)];

    [Fact]
    public Task Upload_ThatDies_LeavesNothingOrTheWholeFile() =>
        AtEveryWrite(_ => Task.CompletedTask, store => FileStoreTests.Put(store, "/a", New), [("/a", null)], [("/a", New)]);

    [Fact]
    public Task Overwrite_ThatDies_LeavesTheOldFileOrTheNew() =>
        AtEveryWrite(store => FileStoreTests.Put(store, "/a", Old), store => FileStoreTests.Put(store, "/a", New), [("/a", Old)], [("/a", New)]);

    [Fact]
    public Task Delete_ThatDies_LeavesTheFileOrNothing() =>
        AtEveryWrite(store => FileStoreTests.Put(store, "/a", Old), store => store.DeleteAsync(Path("/a"), default), [("/a", Old)], [("/a", null)]);

    [Fact]
    public Task Rename_ThatDies_LeavesTheFileAtOneOfTheTwoPaths() =>
        AtEveryWrite(
            store => FileStoreTests.Put(store, "/a", Old),
            store => store.RenameAsync(Path("/a"), Path("/b"), default),
            [("/a", Old), ("/b", null)],
            [("/a", null), ("/b", Old)]);

    [Fact]
    public Task RenameOverAFile_ThatDies_LosesNeither() =>
        AtEveryWrite(
            async store =>
            {
                await FileStoreTests.Put(store, "/a", Old);
                await FileStoreTests.Put(store, "/b", Third);
            },
            store => store.RenameAsync(Path("/a"), Path("/b"), default),
            [("/a", Old), ("/b", Third)],
            [("/a", null), ("/b", Old)]);

    [Fact]
    public async Task Upload_ThatWasTakenForDead_FailsAndLeavesNothing()
    {
        var keys = new FakeKeys();
        var time = new ManualTime();
        var store = Store(keys, time);
        await using (var upload = await store.UploadAsync(Path("/a"), 0, default))
        {
            await upload.WriteAsync(New, default);
            await upload.FlushAsync(default);
            time.Advance(store.Options.UploadAbandonedAfter);
            await Sweeper(keys, time).SweepAsync(default);
            Assert.Empty(keys.Keys);
            Assert.Equal(FileFault.Gone, (await Assert.ThrowsAsync<FileException>(() => upload.CommitAsync(default))).Fault);
        }

        Assert.Null(await store.TryStatAsync(Path("/a"), default));
    }

    [Fact]
    public async Task Upload_ThatWasTakenForDeadAsItWroteItsManifest_FailsAndLeavesNothing()
    {
        var keys = new FakeKeys();
        var time = new ManualTime();
        var store = Store(keys, time);
        await using var upload = await store.UploadAsync(Path("/a"), 0, default);
        await upload.WriteAsync(New, default);
        keys.BeforeWrite = async key =>
        {
            if (key != "files/a") return;
            keys.BeforeWrite = _ => Task.CompletedTask;
            time.Advance(store.Options.UploadAbandonedAfter);
            var other = keys.Other();
            await Sweeper(other, time).SweepAsync(default);
            Assert.Empty(other.Keys);
        };
        Assert.Equal(FileFault.Gone, (await Assert.ThrowsAsync<FileException>(() => upload.CommitAsync(default))).Fault);
        Assert.Empty(keys.Keys);
    }

    [Fact]
    public async Task Upload_ThatWasTakenForDeadAfterItWroteItsManifest_Counts()
    {
        var keys = new FakeKeys();
        var time = new ManualTime();
        var store = Store(keys, time);
        await using var upload = await store.UploadAsync(Path("/a"), 0, default);
        await upload.WriteAsync(New, default);
        await upload.FlushAsync(default);
        keys.BeforeWrite = async key =>
        {
            if (!key.StartsWith(Intent.KeyPrefix, StringComparison.Ordinal)) return;
            keys.BeforeWrite = _ => Task.CompletedTask;
            time.Advance(store.Options.UploadAbandonedAfter);
            await Sweeper(keys.Other(), time).SweepAsync(default);
        };
        await upload.CommitAsync(default);
        Assert.Equal(New, await FileStoreTests.Get(store, "/a"));
    }

    [Fact]
    public async Task Upload_ThatTakesLong_IsNotTakenForDeadWhileItGoesOn()
    {
        var keys = new FakeKeys();
        var time = new ManualTime();
        var store = Store(keys, time);
        await using var upload = await store.UploadAsync(Path("/a"), 0, default);
        for (var i = 0; i < 30; i++)
        {
            await upload.WriteAsync(New, default);
            time.Advance(TimeSpan.FromMinutes(1));
            await Sweeper(keys, time).SweepAsync(default);
        }

        await upload.CommitAsync(default);
        Assert.Equal(30 * New.Length, (await FileStoreTests.Get(store, "/a")).Length);
    }

    private static async Task AtEveryWrite(Func<FileStore, Task> prepare, Func<FileStore, Task> change, (string Path, byte[]? Content)[] before, (string Path, byte[]? Content)[] after)
    {
        var sawBefore = false;
        var sawAfter = false;
        var finished = false;
        for (var writes = 0; !finished; writes++)
        {
            Assert.True(writes < 100, "expected the change to take less than 100 writes");
            var time = new ManualTime();
            var keys = new FakeKeys();
            await prepare(Store(keys, time));
            var dying = keys.Other();
            dying.WritesToLive = writes;
            try
            {
                await change(Store(dying, time));
                finished = true;
            }
            catch (FileException)
            {
                // It died.
            }

            var other = keys.Other();
            // What is seen of the paths at once and after the sweep; a rename may show both names until then.
            time.Advance(TimeSpan.FromMinutes(20));
            await Sweeper(other, time).SweepAsync(default);
            // An upload taken for dead is one more note to look at.
            await Sweeper(other, time).SweepAsync(default);
            var store = Store(other, time);
            var isBefore = await Are(store, before);
            var isAfter = await Are(store, after);
            Assert.True(isBefore || isAfter, $"after {writes} writes: neither the former nor the new state; keys: {string.Join(", ", other.Keys)}");
            Assert.True(!finished || isAfter, "the change that was confirmed is not there");
            Assert.True(!sawAfter || isAfter, $"after {writes} writes the former state is back");
            (sawBefore, sawAfter) = (sawBefore || isBefore, sawAfter || isAfter);
            var expected = (isAfter ? after : before).Sum(file => file.Content is null ? 0 : 1 + ((file.Content.Length + 9) / 10));
            Assert.True(other.Keys.Count == expected, $"after {writes} writes: expected {expected} keys, found {string.Join(", ", other.Keys)}");
        }

        Assert.True(sawBefore && sawAfter, "expected deaths before and after the change counts");
    }

    private static async Task<bool> Are(FileStore store, (string Path, byte[]? Content)[] files)
    {
        foreach (var (path, content) in files)
        {
            var there = await store.TryStatAsync(Path(path), default) is null ? null : await FileStoreTests.Get(store, path);
            if (!(there is null ? content is null : content is not null && there.AsSpan().SequenceEqual(content))) return false;
        }

        return true;
    }

    private static FilePath Path(string path) => FilePath.Root.Resolve(path);

    private static FileStore Store(FakeKeys keys, ManualTime time) =>
        new(keys, new FileStoreOptions { ChunkBytes = 10, ChunksInFlight = 3, PageKeys = 7 }, time, NullLogger<FileStore>.Instance);

    private static FileSweeper Sweeper(FakeKeys keys, ManualTime time) => new(Store(keys, time), keys, time, NullLogger<FileSweeper>.Instance);
}
