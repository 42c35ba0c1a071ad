using Microsoft.Extensions.Hosting;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>A host that neither listens for signals nor speaks of them: <see cref="StopSignals"/> does for all hosts of the process.</summary>
internal sealed class QuietLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
