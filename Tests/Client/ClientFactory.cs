using Orleans.Kv.Client;

namespace Orleans.Kv.Tests.Client;

/// <summary>Clients of API hosts a, b, c … that a test makes up.</summary>
internal static class ClientFactory
{
    public static KvClient Of(FakeApi api, int endpoints = 1, TimeProvider? time = null, bool writeOnce = true, TimeSpan? callTimeout = null) => new(new KvClientOptions
    {
        Endpoints = [.. Enumerable.Range(0, endpoints).Select(static i => new Uri($"http://{(char)('a' + i)}"))],
        Handler = api,
        TimeProvider = time ?? TimeProvider.System,
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(1),
        CallTimeout = callTimeout ?? TimeSpan.FromSeconds(30),
        WriteOnce = writeOnce,
        Seed = 1,
    });
}
