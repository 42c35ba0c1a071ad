using Orleans.Kv.Tests.Checking.Machine;

namespace Orleans.Kv.Tests.CheckingTests;

public class MachineLockTests
{
    [Fact]
    public async Task Take_WhileHeld_WaitsForTheHolder()
    {
        var path = Path.Combine(Path.GetTempPath(), $"kv-lock-test-{Environment.ProcessId}.lock");
        using var first = await MachineLock.Take(path);
        var second = MachineLock.Take(path);
        Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(200)));
        first.Dispose();
        (await second.WaitAsync(TimeSpan.FromMinutes(1))).Dispose();
        File.Delete(path);
    }
}
