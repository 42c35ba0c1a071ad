using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Messaging;
using Orleans.Services;

namespace Orleans.Runtime;

/// <summary>Creates, starts and stops the silo's grain services.</summary>
internal sealed class GrainServiceHost(
    IServiceProvider services, Silo silo, LocalTargets targets, IEnumerable<GrainServiceRegistration> registrations)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly List<GrainService> _running = [];

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe<GrainServiceHost>(ServiceLifecycleStage.RuntimeGrainServices, _ => Create(), _ => Task.CompletedTask);
        lifecycle.Subscribe<GrainServiceHost>(ServiceLifecycleStage.Active, _ => Start(), Stop);
    }

    private async Task Create()
    {
        foreach (var type in registrations.Select(registration => registration.ServiceType).Distinct())
        {
            var contracts = type.GetInterfaces()
                .Where(contract => typeof(IGrainService).IsAssignableFrom(contract) && contract != typeof(IGrainService))
                .ToList();
            if (contracts.Count == 0 || !typeof(GrainService).IsAssignableFrom(type))
            {
                throw new OrleansConfigurationException($"'{type}' must derive from GrainService and implement an interface that derives from IGrainService.");
            }

            var ids = contracts.Select(contract => GrainServiceIds.IdOf(GrainServiceIds.TypeOf(contract), silo.SiloAddress)).ToList();
            var service = (GrainService)ActivatorUtilities.CreateInstance(services, type, ids[0]);
            foreach (var id in ids)
            {
                targets.Add(id, service);
            }

            _running.Add(service);
            await service.Run(() => service.Init(services));
        }
    }

    private Task Start() => Task.WhenAll(_running.Select(service => service.Run(service.Start)));

    // A silo that is stopped as if killed does not wait for its services.
    private Task Stop(CancellationToken cancellation)
    {
        var stopping = Task.WhenAll(_running.Select(service => service.Run(service.Stop)));
        return cancellation.IsCancellationRequested ? Task.CompletedTask : stopping.WaitAsync(cancellation);
    }
}
