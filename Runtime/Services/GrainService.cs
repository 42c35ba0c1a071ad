using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Orleans.Services;

namespace Orleans.Runtime;

/// <summary>
/// Base of a service that every silo runs one of. <see cref="Init"/> runs before the silo joins the cluster, <see cref="Start"/> when it
/// has become active, <see cref="Stop"/> when it is about to leave.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Orleans' grain services are not disposable; the source holds no timer.")]
public abstract class GrainService : SystemTarget, IGrainService
{
    private readonly CancellationTokenSource _stopped = new();

    protected GrainService()
    {
    }

    protected GrainService(GrainId grainId, Silo silo, ILoggerFactory loggerFactory)
        : base(grainId, silo)
    {
        ArgumentNullException.ThrowIfNull(loggerFactory);
        Status = GrainServiceStatus.Booting;
    }

    protected enum GrainServiceStatus
    {
        Booting = 0,
        Started = 1,
        Stopped = 2,
    }

    protected CancellationTokenSource StoppedCancellationTokenSource => _stopped;

    protected GrainServiceStatus Status { get; set; }

    public virtual Task Init(IServiceProvider serviceProvider) => Task.CompletedTask;

    public virtual Task Start()
    {
        Status = GrainServiceStatus.Started;
        return StartInBackground();
    }

    public virtual Task Stop()
    {
        _stopped.Cancel();
        Status = GrainServiceStatus.Stopped;
        return Task.CompletedTask;
    }

    protected virtual Task StartInBackground() => Task.CompletedTask;
}
