using System.Security.Cryptography;

namespace Orleans.Kv.Tests.Processes.Files;

/// <summary>A tree of files on disk, which the same seed makes again.</summary>
internal static class FileTree
{
    private static readonly int[] Sizes = [0, 1, 1_000, 20_000, 300_000, 524_288, 700_000];

    /// <summary>So many files, one of them large, the others of all sizes around a chunk's; with names that are not only letters.</summary>
    public static void Make(string folder, int files, int largest)
    {
        var random = new Random(5);
        for (var i = 0; i < files; i++)
        {
            var directory = Directory.CreateDirectory(Path.Combine(folder, $"d{i % 7}", $"s {i % 3}")).FullName;
            var content = new byte[i == files / 2 ? largest : Sizes[random.Next(Sizes.Length)]];
            random.NextBytes(content);
            File.WriteAllBytes(Path.Combine(directory, $"f{i} ü.bin"), content);
        }
    }

    /// <summary>Each file by its path from there, with its size and hash.</summary>
    public static SortedDictionary<string, string> Describe(string folder)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            using var content = File.OpenRead(file);
            files[Path.GetRelativePath(folder, file)] = $"{content.Length} {Convert.ToHexStringLower(SHA256.HashData(content))}";
        }

        return files;
    }
}
