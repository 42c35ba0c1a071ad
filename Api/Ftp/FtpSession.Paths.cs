using System.Globalization;
using Orleans.Kv.Api.Files;

namespace Orleans.Kv.Api.Ftp;

/// <summary>The commands about files and directories that need no data connection. Once begun they are carried out, whether their client stays or not.</summary>
internal sealed partial class FtpSession
{
    private const string TimeFormat = "yyyyMMddHHmmss.fff";

    private IReadOnlyList<string> _facts = ListFormat.AllFacts;

    private async Task<FtpReply> ChangeDirectoryAsync(string argument)
    {
        var directory = argument.Length == 0 ? FilePath.Root : Path(argument);
        await files.MustBeDirectoryAsync(directory, _stopping);
        _directory = directory;
        return new FtpReply(250, $"{_directory} is the current directory.");
    }

    private async Task<FtpReply> MakeDirectoryAsync(FilePath path)
    {
        await files.MakeDirectoryAsync(path, _stopping);
        return new FtpReply(257, $"\"{Quoted(path)}\" is made.");
    }

    private async Task<FtpReply> RemoveDirectoryAsync(FilePath path)
    {
        await files.RemoveDirectoryAsync(path, _stopping);
        return new FtpReply(250, "Removed.");
    }

    private async Task<FtpReply> DeleteAsync(FilePath path)
    {
        await files.DeleteAsync(path, _stopping);
        return new FtpReply(250, "Deleted.");
    }

    private async Task<FtpReply> RenameFromAsync(FilePath path)
    {
        await files.StatAsync(path, _stopping);
        _renameFrom = path;
        return new FtpReply(350, "RNTO, please.");
    }

    private async Task<FtpReply> RenameAsync(FilePath from, FilePath to)
    {
        await files.RenameAsync(from, to, _stopping);
        return new FtpReply(250, "Renamed.");
    }

    private async Task<FtpReply> SizeAsync(FilePath path)
    {
        // RFC 3659, section 4: the size of what would be sent, which as ASCII nobody knows before it is.
        if (_isAscii) return new FtpReply(550, "The size is known as TYPE I only.");
        var entry = await files.StatAsync(path, _stopping);
        return entry.IsDirectory ? new FtpReply(550, $"{path} is a directory.") : new FtpReply(213, entry.Size.ToString(CultureInfo.InvariantCulture));
    }

    private async Task<FtpReply> ModifiedAsync(FilePath path)
    {
        var entry = await files.StatAsync(path, _stopping);
        return entry.IsDirectory ? new FtpReply(550, $"{path} is a directory.") : new FtpReply(213, entry.Modified.ToString(TimeFormat, CultureInfo.InvariantCulture));
    }

    private async Task<FtpReply> SetModifiedAsync(string argument)
    {
        if (argument.Split(' ', 2) is not [var text, var name]
            || !DateTimeOffset.TryParseExact(
                text, ["yyyyMMddHHmmss", "yyyyMMddHHmmss.FFFFFFF"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var modified))
            return new FtpReply(501, "MFMT YYYYMMDDHHMMSS path.");
        await files.SetModifiedAsync(Path(name), modified, _stopping);
        return new FtpReply(213, $"Modify={text}; {name}");
    }

    private async Task<FtpReply> MachineListAsync(string argument)
    {
        var path = argument.Length == 0 ? _directory : Path(argument);
        var entry = await files.StatAsync(path, _stopping);
        return new FtpReply(250, "Listing", [ListFormat.Facts(entry with { Name = path.ToString() }, _facts, "")]);
    }

    private async Task<FtpReply> StatusAsync(string argument)
    {
        var entries = await EntriesAsync(argument);
        return new FtpReply(213, "Status", [.. entries.Select(entry => ListFormat.Unix(entry, time.GetUtcNow()))]);
    }

    /// <summary>What LIST is asked for: a directory's entries, a file, or what a pattern fits in one directory. Options as of <c>ls</c> are for other servers.</summary>
    private async Task<IReadOnlyCollection<FileEntry>> EntriesAsync(string argument)
    {
        var name = string.Join(' ', argument.Split(' ').SkipWhile(static word => word.StartsWith('-')));
        if (name.Length == 0) return await files.ListAsync(_directory, _stopping);
        var path = Path(name);
        if (await files.TryStatAsync(path, _stopping) is { } entry) return entry.IsDirectory ? await files.ListAsync(path, _stopping) : [entry];
        if (!path.Name.AsSpan().ContainsAny('*', '?')) throw FileStore.NotFound(path);
        return [.. (await files.ListAsync(path.Parent, _stopping)).Where(one => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(path.Name, one.Name, ignoreCase: false))];
    }
}
