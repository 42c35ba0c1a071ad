using Microsoft.Extensions.Hosting;

namespace Orleans.TestingHost;

/// <summary>How a test starts a host, and gets rid of it.</summary>
internal static class TestHosts
{
    public static async Task<IHost> Start(IHost host)
    {
        try
        {
            // Off the test's context, which may be one that the host's own tasks would then be queued behind.
            await Task.Run(() => host.StartAsync());
            return host;
        }
        catch
        {
            await Dispose(host);
            throw;
        }
    }

    public static async ValueTask Dispose(IHost host)
    {
        if (host is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync();
        else
            host.Dispose();
    }
}
