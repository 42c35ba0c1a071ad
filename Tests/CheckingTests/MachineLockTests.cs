using Orleans.Kv.Tests.Checking.Machine;

namespace Orleans.Kv.Tests.CheckingTests;

public class MachineLockTests
{
    [Fact]
    public async Task Take_WhileHeld_WaitsForTheHolder()
    {
        var first = await MachineLock.Take();
        var second = MachineLock.Take();
        Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(200)));
        first.Dispose();
        (await second.WaitAsync(TimeSpan.FromMinutes(10))).Dispose();
    }
}
