using System.Diagnostics.Metrics;

namespace Orleans.Runtime;

/// <summary>What a client measures under Orleans' names.</summary>
internal sealed class ClientInstruments(IMeterFactory meters, GatewayPool gateways) : ILifecycleParticipant<IClusterClientLifecycle>
{
    public void Participate(IClusterClientLifecycle lifecycle) =>
        meters.Create(InstrumentNames.Meter).CreateObservableGauge(InstrumentNames.ConnectedGateways, () => gateways.ConnectedCount);
}
