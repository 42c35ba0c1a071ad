using System.Runtime.InteropServices;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>
/// Ctrl-C and what service managers send, for the process as a whole: the hosts of a silo come and go, and the one that happens to run must not be who listens for them.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() =>
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT }.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];

    /// <summary>Cancelled as soon as the process is to end in good order.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public void Stop() => _stopping.Cancel();

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // Not the system's way, which is to end at once: the silo says good-bye first.
        context.Cancel = true;
        Stop();
    }
}
