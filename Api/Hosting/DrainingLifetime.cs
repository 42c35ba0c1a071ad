using System.Runtime.InteropServices;
using Orleans.Kv.Api.Health;

namespace Orleans.Kv.Api.Hosting;

/// <summary>
/// Ends the host so that nobody behind a load balancer notices.
/// <para>
/// A balancer sends requests until it has seen that the host is not ready; a host that closes its door at once fails all that are sent meanwhile. So a signal to stop first makes
/// <c>/health/ready</c> say 503, and every answer ask for its connection to be closed, which moves clients with connections of their own as well. Everything is still served, for as long as
/// <see cref="ApiOptions.DrainSeconds"/> says. Then the server closes: idle connections at once, the others when their requests are answered.
/// </para>
/// <para>A second signal ends the wait: whoever sits at a terminal does not want to.</para>
/// </summary>
internal sealed partial class DrainingLifetime(
    ApiOptions options, Draining draining, IHostApplicationLifetime application, TimeProvider time, ILogger<DrainingLifetime> logger) : IHostLifetime, IDisposable
{
    private readonly ILogger<DrainingLifetime> _logger = logger;
    private PosixSignalRegistration[] _registrations = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT }.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }

    /// <summary>What a signal does.</summary>
    public void Stop()
    {
        if (draining.IsOn || options.DrainSeconds == 0)
        {
            draining.Begin();
            application.StopApplication();
            return;
        }

        draining.Begin();
        _ = StopLater();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // Not the system's way, which is to end at once.
        context.Cancel = true;
        Stop();
    }

    private async Task StopLater()
    {
        LogDraining(options.DrainSeconds);
        await Task.Delay(TimeSpan.FromSeconds(options.DrainSeconds), time, application.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        application.StopApplication();
    }

    [LoggerMessage(12, LogLevel.Information, "Told to stop: not ready from now on, and serving for another {Seconds} s, until the load balancer has noticed", EventName = "Draining")]
    private partial void LogDraining(int seconds);
}
