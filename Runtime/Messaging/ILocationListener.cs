namespace Orleans.Runtime.Messaging;

/// <summary>Learns from answers where grains are.</summary>
internal interface ILocationListener
{
    void OnLocated(GrainId grain, SiloAddress host);

    void OnLost(GrainId grain);
}
