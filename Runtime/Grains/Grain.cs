using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans;

/// <summary>The usual base of a grain class.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    private readonly IGrainContext _context;
    private IGrainRuntime? _runtime;

    protected Grain()
        : this(RuntimeContext.Current ?? throw new InvalidOperationException(
            "A grain is created by the engine only; outside of it, pass a context to the constructor."))
    {
    }

    protected Grain(IGrainContext grainContext, IGrainRuntime? grainRuntime = null)
    {
        _context = grainContext;
        _runtime = grainRuntime;
    }

    public IGrainContext GrainContext => _context;

    public GrainReference GrainReference => _context.GrainReference;

    public string IdentityString => _context.GrainId.ToString();

    public string RuntimeIdentity => Runtime.SiloIdentity;

    protected IGrainFactory GrainFactory => Runtime.GrainFactory;

    protected internal IServiceProvider ServiceProvider => _context.ActivationServices;

    internal IGrainRuntime Runtime => _runtime ??= _context.ActivationServices.GetRequiredService<IGrainRuntime>();

    /// <summary>Runs before the first call is delivered; a failure here fails the calls that wait.</summary>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends this activation once the running calls are done.</summary>
    protected void DeactivateOnIdle() => Runtime.DeactivateOnIdle(_context);

    /// <summary>Ends this activation as <see cref="DeactivateOnIdle"/> does, for another one where placement wants it by then. What waits goes on there. Nothing is carried over.</summary>
    protected void MigrateOnIdle() => _context.Deactivate(new DeactivationReason(DeactivationReasonCode.Migrating, "The grain asked to be placed anew."));

    /// <summary>Keeps idle collection away for the given time; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => Runtime.DelayDeactivation(_context, timeSpan);
}
