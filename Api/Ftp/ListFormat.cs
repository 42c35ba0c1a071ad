using System.Globalization;
using Orleans.Kv.Api.Files;

namespace Orleans.Kv.Api.Ftp;

/// <summary>How one entry looks in the listings there are.</summary>
internal static class ListFormat
{
    // ls shows the year of what is older than half a year, and of what comes from the future.
    private static readonly TimeSpan Recent = TimeSpan.FromDays(182);

    /// <summary>The facts of RFC 3659 that are given.</summary>
    public static IReadOnlyList<string> AllFacts { get; } = ["Type", "Size", "Modify", "Perm", "Unique"];

    public static string Name(FileEntry entry, DateTimeOffset now) => entry.Name;

    /// <summary>As <c>ls -l</c> prints it, which is what clients without MLSD take apart.</summary>
    public static string Unix(FileEntry entry, DateTimeOffset now)
    {
        var isRecent = entry.Modified <= now && now - entry.Modified < Recent;
        var modified = entry.Modified.ToString(isRecent ? "MMM dd HH:mm" : "MMM dd  yyyy", CultureInfo.InvariantCulture);
        return string.Create(
            CultureInfo.InvariantCulture, $"{(entry.IsDirectory ? "drwxr-xr-x" : "-rw-r--r--")}   1 kv       kv       {entry.Size,12} {modified} {entry.Name}");
    }

    /// <summary>A line of MLSD or MLST.</summary>
    /// <param name="entry">The file or directory; its name is written as it is.</param>
    /// <param name="facts">Which facts the client wants.</param>
    /// <param name="type">The kind of directory, where it is not just one in a listing.</param>
    public static string Facts(FileEntry entry, IReadOnlyList<string> facts, string type)
    {
        var line = "";
        foreach (var fact in facts)
        {
            var value = fact switch
            {
                "Type" => type.Length > 0 ? type : entry.IsDirectory ? "dir" : "file",
                "Size" => entry.IsDirectory ? null : entry.Size.ToString(CultureInfo.InvariantCulture),
                "Modify" => entry.Modified == DateTimeOffset.UnixEpoch && entry.IsDirectory ? null : entry.Modified.ToString("yyyyMMddHHmmss.fff", CultureInfo.InvariantCulture),
                // Append, delete, rename, read and write; of directories: create, delete, enter, rename, list, make, purge.
                "Perm" => entry.IsDirectory ? "cdeflmp" : "adfrw",
                "Unique" => entry.Upload,
                _ => null,
            };
            if (value is not null) line += $"{fact}={value};";
        }

        return $"{line} {entry.Name}";
    }
}
