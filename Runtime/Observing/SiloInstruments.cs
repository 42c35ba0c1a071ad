using System.Diagnostics.Metrics;

namespace Orleans.Runtime;

/// <summary>
/// What a silo measures under Orleans' names. All of it is there anyway and is read when somebody asks: no call, activation or message pays for it. What Orleans counts as it happens and this engine does not
/// (latencies, messages) is left out rather than counted twice.
/// </summary>
internal sealed class SiloInstruments(IMeterFactory meters, SiloRuntime runtime, ActivationStatistics activations) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle)
    {
        // The factory's: it ends with the silo's host.
        var meter = meters.Create(InstrumentNames.Meter);
        meter.CreateObservableGauge(InstrumentNames.Activations, () => activations.Count);
        meter.CreateObservableUpDownCounter(
            InstrumentNames.Grains, () => activations.CountByClass().Select(static count => new Measurement<int>(count.Value, new KeyValuePair<string, object?>("type", count.Key))));
        meter.CreateObservableUpDownCounter(InstrumentNames.ConnectedClients, () => runtime.Clients.Count);
        meter.CreateObservableGauge(InstrumentNames.DirectoryPartitionSize, () => activations.DirectoryEntries);
        meter.CreateObservableGauge(InstrumentNames.DirectoryRingSize, () => runtime.Directory.View.Alive.Length);
    }
}
