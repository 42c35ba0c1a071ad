namespace Orleans.Kv.Bench.Measuring;

/// <summary>A folder in memory where the system has one, gone at the end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const string SharedMemory = "/dev/shm";

    public string Path { get; } = Directory.CreateDirectory(System.IO.Path.Combine(
        Directory.Exists(SharedMemory) ? SharedMemory : System.IO.Path.GetTempPath(), $"kv-bench-{Guid.NewGuid():N}")).FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
