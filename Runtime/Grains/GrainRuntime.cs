using Orleans.Timers;

namespace Orleans.Runtime;

internal sealed class GrainRuntime(
    ILocalSiloDetails silo, IGrainFactory factory, ITimerRegistry timers, IServiceProvider services, TimeProvider time) : IGrainRuntime
{
    public string SiloIdentity => SiloAddress.ToString();

    public SiloAddress SiloAddress => silo.SiloAddress;

    public IGrainFactory GrainFactory => factory;

    public ITimerRegistry TimerRegistry => timers;

    public IServiceProvider ServiceProvider => services;

    public TimeProvider TimeProvider => time;

    public void DeactivateOnIdle(IGrainContext grainContext) =>
        grainContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "The grain asked for its deactivation."));

    public void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan) =>
        (grainContext as Activation)?.DelayDeactivation(timeSpan);
}
