using Orleans.Kv.Api.Routing;

namespace Orleans.Kv.Api.Cluster;

/// <summary>
/// Asks every coordinator once a second which silo it is on and how that silo sees the cluster. From the answers come the cluster's
/// picture for people, and for the router the knowledge whom to ask when a key grain is silent, before it is needed.
/// </summary>
internal sealed class ClusterMonitor(
    ICluster cluster, CoordinatorChoice coordinators, SiloHealth silos, ClusterView view, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // How long a person who asks for the cluster waits for silos that do not answer.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly Task?[] _questions = new Task?[cluster.Coordinators];

    /// <summary>Asks all coordinators now and waits for those that answer promptly.</summary>
    public async Task RefreshAsync()
    {
        if (!cluster.IsConnected) return;
        var round = Task.WhenAll(AskAll());
        try
        {
            await round.WaitAsync(Patience, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The picture is then made of those that answered.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            if (!cluster.IsConnected) continue;
            MarkSilent();
            AskAll();
        }
    }

    private void MarkSilent()
    {
        lock (_questions)
        {
            for (var i = 0; i < _questions.Length; i++)
            {
                if (_questions[i] is { IsCompleted: false }) coordinators.Silent(i);
            }
        }
    }

    private Task[] AskAll()
    {
        var asked = new Task[_questions.Length];
        lock (_questions)
        {
            for (var i = 0; i < _questions.Length; i++)
            {
                // One question at a time: a gateway that hangs must not collect them.
                if (_questions[i] is null or { IsCompleted: true }) _questions[i] = AskAsync(i);
                asked[i] = _questions[i]!;
            }
        }

        return asked;
    }

    private async Task AskAsync(int coordinator)
    {
        try
        {
            var status = await cluster.GetStatus(coordinator).ConfigureAwait(false);
            coordinators.Answered(coordinator, status.Silo);
            silos.Answered(status.Silo);
            view.Add(status);
        }
        catch (Exception)
        {
            // That it does not answer is all there is to know about it here; the engine logs why.
            coordinators.Silent(coordinator);
        }
    }
}
