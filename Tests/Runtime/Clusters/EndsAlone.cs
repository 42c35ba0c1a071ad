using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orleans.Kv.Tests.Runtime.Clusters;

/// <summary>A silo of a test cluster that must not live on stops alone: the process is the test's and has other silos in it. Microsoft's test cluster lets it end the process.</summary>
internal sealed class EndsAlone(IHostApplicationLifetime lifetime) : IFatalErrorHandler
{
    public static void Use(ISiloBuilder silo) => silo.Services.AddSingleton<IFatalErrorHandler, EndsAlone>();

    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        Console.Error.WriteLine($"Fatal error from {sender}: {context}. This silo stops. {exception}");
        lifetime.StopApplication();
    }
}
