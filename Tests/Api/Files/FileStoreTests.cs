using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Kv.Api.Files;

namespace Orleans.Kv.Tests.Api.Files;

public class FileStoreTests
{
    private const int ChunkBytes = 10;

    private readonly FakeKeys _keys = new();
    private readonly FileStore _store;

    public FileStoreTests() => _store = Store(_keys);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(ChunkBytes - 1)]
    [InlineData(ChunkBytes)]
    [InlineData(ChunkBytes + 1)]
    [InlineData(25 * ChunkBytes)]
    public async Task Content_OfAnySize_ComesBackAsItWasWritten(int size)
    {
        var content = Content(size);
        await Put("/a", content);
        Assert.Equal(content, await Get("/a"));
        Assert.Equal(size, (await _store.StatAsync(Path("/a"), default)).Size);
        Assert.Equal((size + ChunkBytes - 1) / ChunkBytes, Chunks.Count);
        Assert.Empty(Notes);
    }

    [Theory]
    [InlineData(0, 35)]
    [InlineData(1, 35)]
    [InlineData(10, 20)]
    [InlineData(9, 11)]
    [InlineData(34, 35)]
    [InlineData(35, 35)]
    public async Task Part_OfAFile_IsThatPart(int from, int to)
    {
        var content = Content(35);
        await Put("/a", content);
        Assert.Equal(content[from..to], await Get("/a", from, to));
    }

    [Fact]
    public async Task Upload_UntilItIsCommitted_ShowsNothing()
    {
        await using (var upload = await _store.UploadAsync(Path("/a"), 0, default))
        {
            await upload.WriteAsync(Content(35), default);
            await upload.FlushAsync(default);
            Assert.Null(await _store.TryStatAsync(Path("/a"), default));
            Assert.Empty(await _store.ListAsync(FilePath.Root, default));
        }

        Assert.Empty(_keys.Keys);
    }

    [Fact]
    public async Task Overwritten_File_HasTheNewContentAndNoneOfTheOldChunks()
    {
        await Put("/a", Content(95));
        await Put("/a", Content(5));
        Assert.Equal(Content(5), await Get("/a"));
        Assert.Single(Chunks);
        Assert.Empty(Notes);
    }

    [Fact]
    public async Task Reader_OfAFileThatIsReplaced_GetsTheOldBytesOrAnErrorAndNeverTheNew()
    {
        await Put("/a", Content(200));
        var content = await _store.OpenAsync(Path("/a"), default);
        var read = new List<byte>();
        var fault = await Assert.ThrowsAsync<FileException>(async () =>
        {
            await foreach (var part in content.ReadAsync(0, content.Size, default))
            {
                read.AddRange(part.ToArray());
                if (read.Count == ChunkBytes) await Put("/a", [.. Enumerable.Repeat((byte)'x', 200)]);
            }
        });
        Assert.Equal(FileFault.Gone, fault.Fault);
        Assert.Equal(Content(200)[..read.Count], read);
    }

    [Theory]
    [InlineData(0L, "new")]
    [InlineData(5L, "01234new")]
    [InlineData(20L, "01234567890123456789new")]
    [InlineData(null, "0123456789012345678901234new")]
    public async Task UploadThatKeepsBytes_HasThemBeforeItsOwn(long? keep, string expected)
    {
        await Put("/a", Content(25));
        await using var upload = await _store.UploadAsync(Path("/a"), keep, default);
        await upload.WriteAsync("new"u8.ToArray(), default);
        await upload.CommitAsync(default);
        Assert.Equal(expected, Encoding.UTF8.GetString(await Get("/a")));
        Assert.Equal((expected.Length + ChunkBytes - 1) / ChunkBytes, Chunks.Count);
    }

    [Fact]
    public async Task UploadThatKeepsMoreThanThereIs_IsRefused()
    {
        await Put("/a", Content(5));
        await Fails(FileFault.BadOffset, () => _store.UploadAsync(Path("/a"), 6, default));
        await Fails(FileFault.BadOffset, () => _store.UploadAsync(Path("/b"), 1, default));
        Assert.Single(Chunks);
    }

    [Fact]
    public async Task UploadsOfOnePathAtOnce_OneContentRemainsAndNoOthersChunks()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Put("/a", [.. Enumerable.Repeat((byte)('a' + i), 30)]))));
        var content = await Get("/a");
        Assert.Equal(30, content.Length);
        Assert.Single(content.Distinct());
        Assert.Equal(3, Chunks.Count);
        Assert.Empty(Notes);
    }

    [Fact]
    public async Task List_ShowsWhatIsDirectlyInTheDirectory_ByName()
    {
        foreach (var directory in new[] { "/d", "/d/sub", "/d/empty", "/d/sub/deep" }) await _store.MakeDirectoryAsync(Path(directory), default);
        foreach (var file in new[] { "/d/b", "/d/sub-1", "/d/sub/x", "/d/sub/y", "/d/sub/deep/z", "/d/sub0", "/e", "/d/zz", "/d/ünï" }) await Put(file, Content(3));
        var entries = await _store.ListAsync(Path("/d"), default);
        Assert.Equal(["b:3", "empty/", "sub/", "sub-1:3", "sub0:3", "zz:3", "ünï:3"], entries.Select(entry => entry.IsDirectory ? entry.Name + "/" : $"{entry.Name}:{entry.Size}"));
        Assert.Equal(["d", "e"], (await _store.ListAsync(FilePath.Root, default)).Select(entry => entry.Name));
    }

    [Fact]
    public async Task List_OfADirectoryWithDeepOnes_DoesNotWalkThroughThem()
    {
        await _store.MakeDirectoryAsync(Path("/d"), default);
        for (var i = 0; i < 100; i++) await Put($"/d/{i:D3}", []);
        await Put("/e", []);
        var before = _keys.Pages;
        Assert.Equal(["d", "e"], (await _store.ListAsync(FilePath.Root, default)).Select(entry => entry.Name));
        Assert.True(_keys.Pages - before <= 4, $"expected at most 4 pages of 7 keys for a listing beside 100 keys, saw {_keys.Pages - before}");
    }

    [Fact]
    public async Task Directories_AreMadeAndRemovedAsInAFileSystem()
    {
        await Fails(FileFault.NotFound, () => _store.MakeDirectoryAsync(Path("/d/sub"), default));
        await _store.MakeDirectoryAsync(Path("/d"), default);
        await Fails(FileFault.Exists, () => _store.MakeDirectoryAsync(Path("/d"), default));
        await Fails(FileFault.NotFound, () => Put("/none/a", Content(1)));
        await Put("/d/a", Content(1));
        await Fails(FileFault.NotADirectory, () => Put("/d/a/b", Content(1)));
        await Fails(FileFault.IsADirectory, () => Put("/d", Content(1)));
        await Fails(FileFault.NotEmpty, () => _store.RemoveDirectoryAsync(Path("/d"), default));
        await Fails(FileFault.NotADirectory, () => _store.RemoveDirectoryAsync(Path("/d/a"), default));
        await Fails(FileFault.IsADirectory, () => _store.DeleteAsync(Path("/d"), default));
        await _store.DeleteAsync(Path("/d/a"), default);
        await _store.RemoveDirectoryAsync(Path("/d"), default);
        await Fails(FileFault.NotFound, () => _store.RemoveDirectoryAsync(Path("/d"), default));
        Assert.Empty(_keys.Keys);
    }

    [Fact]
    public async Task DirectoryThatNobodyMade_IsThereWhileSomethingIsInIt()
    {
        await _store.MakeDirectoryAsync(Path("/d"), default);
        await Put("/d/a", Content(1));
        // As if somebody had removed it while the file arrived.
        Assert.True(await _keys.DeleteAsync(Path("/d").Key, null, default));
        Assert.True((await _store.StatAsync(Path("/d"), default)).IsDirectory);
        Assert.Single(await _store.ListAsync(FilePath.Root, default));
        await _store.DeleteAsync(Path("/d/a"), default);
        Assert.Null(await _store.TryStatAsync(Path("/d"), default));
    }

    [Fact]
    public async Task Rename_OfAFile_MovesItWithoutCopying_OverOneThatIsThere()
    {
        await Put("/a", Content(35));
        await Put("/b", Content(95));
        var chunks = Chunks.ToList();
        await _store.RenameAsync(Path("/a"), Path("/b"), default);
        Assert.Null(await _store.TryStatAsync(Path("/a"), default));
        Assert.Equal(Content(35), await Get("/b"));
        Assert.Equal(4, Chunks.Count);
        Assert.Empty(Chunks.Except(chunks));
        Assert.Empty(Notes);
    }

    [Fact]
    public async Task Rename_OfADirectory_MovesAllThatIsInIt()
    {
        await _store.MakeDirectoryAsync(Path("/d"), default);
        await _store.MakeDirectoryAsync(Path("/d/sub"), default);
        await Put("/d/a", Content(12));
        await Put("/d/sub/b", Content(13));
        await Fails(FileFault.BadPath, () => _store.RenameAsync(Path("/d"), Path("/d/sub/d"), default));
        await _store.RenameAsync(Path("/d"), Path("/new"), default);
        Assert.Null(await _store.TryStatAsync(Path("/d"), default));
        Assert.Equal(Content(12), await Get("/new/a"));
        Assert.Equal(Content(13), await Get("/new/sub/b"));
        await Put("/f", Content(1));
        await Fails(FileFault.Exists, () => _store.RenameAsync(Path("/new"), Path("/f"), default));
        await Fails(FileFault.IsADirectory, () => _store.RenameAsync(Path("/f"), Path("/new"), default));
    }

    [Fact]
    public async Task SetModified_ChangesTheTimeAlone()
    {
        await Put("/a", Content(35));
        var time = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);
        await _store.SetModifiedAsync(Path("/a"), time, default);
        Assert.Equal(time, (await _store.StatAsync(Path("/a"), default)).Modified);
        Assert.Equal(Content(35), await Get("/a"));
    }

    [Fact]
    public async Task ForeignValue_UnderFiles_IsNeitherShownNorReadNorOverwritten()
    {
        await _keys.StoreAsync("files/a", "42"u8.ToArray(), default);
        Assert.Empty(await _store.ListAsync(FilePath.Root, default));
        await Fails(FileFault.NotAFile, () => Get("/a"));
        await Fails(FileFault.NotAFile, () => Put("/a", Content(1)));
        await Fails(FileFault.NotAFile, () => _store.DeleteAsync(Path("/a"), default));
    }

    private IReadOnlyList<string> Chunks => [.. _keys.Keys.Where(key => key.StartsWith("chunks/", StringComparison.Ordinal))];

    private IReadOnlyList<string> Notes => [.. _keys.Keys.Where(key => key.StartsWith(Intent.KeyPrefix, StringComparison.Ordinal))];

    private FileStore Store(FakeKeys keys) =>
        new(keys, new FileStoreOptions { ChunkBytes = ChunkBytes, ChunksInFlight = 3, PageKeys = 7 }, TimeProvider.System, NullLogger<FileStore>.Instance);

    private static FilePath Path(string path) => FilePath.Root.Resolve(path);

    private static byte[] Content(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)('0' + (i % 10)))];

    private Task Put(string path, byte[] content) => Put(_store, path, content);

    internal static async Task Put(FileStore store, string path, byte[] content)
    {
        await using var upload = await store.UploadAsync(Path(path), 0, default);
        await upload.WriteAsync(content, default);
        await upload.CommitAsync(default);
    }

    private Task<byte[]> Get(string path, long from = 0, long? to = null) => Get(_store, path, from, to);

    internal static async Task<byte[]> Get(FileStore store, string path, long from = 0, long? to = null)
    {
        var content = await store.OpenAsync(Path(path), default);
        var read = new List<byte>();
        await foreach (var part in content.ReadAsync(from, to ?? content.Size, default)) read.AddRange(part.ToArray());
        return [.. read];
    }

    private static async Task Fails(FileFault fault, Func<Task> action) => Assert.Equal(fault, (await Assert.ThrowsAsync<FileException>(action)).Fault);
}
