using System.Diagnostics;

namespace Orleans.Kv.Tests.Checking.Machine;

/// <summary>
/// Keeps heavy test suites from running at the same time on one machine. The test assemblies of the solution run in parallel; a test that
/// promises "no gap above 1.5 s" or "under 60 s" would then measure its neighbours. Whoever starves others or must not be
/// starved takes this lock for as long as that lasts; all else runs beside it.
/// </summary>
/// <remarks>An advisory lock on a file in the temporary folder: the system releases it when its holder dies, however that happens.</remarks>
public sealed class MachineLock : IDisposable
{
    /// <summary>The whole run of a CI is shorter.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private MachineLock(FileStream file) => _file = file;

    public static string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "orleans-kv-tests.lock");

    /// <summary>Waits until no other process (or test of this one) holds the lock.</summary>
    public static Task<MachineLock> Take() => Take(Path);

    /// <summary>The same on another file, for the test of this class, which must not wait for the suites that the real one is for.</summary>
    internal static async Task<MachineLock> Take(string path)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new MachineLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (waited.Elapsed < Patience)
            {
                // The file system has no wait for this; the only other way is a thread that blocks in flock.
                await Task.Delay(Between);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
