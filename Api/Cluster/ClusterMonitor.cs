using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Cluster;

namespace Orleans.Kv.Api.Cluster;

/// <summary>
/// Asks every coordinator twice a second which silo it is on and how that silo sees the cluster. From the answers come the cluster's
/// picture for people, and for the router the knowledge whom to ask when a key grain is silent, before it is needed: who answers, who hangs, who is cut off from the others.
/// </summary>
internal sealed class ClusterMonitor(
    ICluster cluster, CoordinatorChoice coordinators, CoordinatorSpread spread, SiloHealth silos, ClusterView view, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    // A silo asks the others in turn before it answers, and waits a quarter of a second for them. What takes three times as long is not slow but blocked.
    private static readonly TimeSpan HangsAfter = TimeSpan.FromMilliseconds(750);

    // How long a person who asks for the cluster waits for silos that do not answer.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    private readonly Task?[] _questions = new Task?[cluster.Coordinators];

    /// <summary>Asks all coordinators now and waits for those that answer promptly.</summary>
    public async Task RefreshAsync()
    {
        if (!cluster.IsConnected) return;
        var asked = AskAll();
        // Those that hang are asked, to notice when they do no longer, and not waited for.
        var round = Task.WhenAll(asked.Where((_, i) => !coordinators.IsHung(i)));
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
            spread.Even(view.LiveSilos(), IsFree);
            AskAll();
        }
    }

    private bool IsFree(int coordinator) => Volatile.Read(ref _questions[coordinator]) is null or { IsCompleted: true };

    private Task[] AskAll()
    {
        var asked = new Task[_questions.Length];
        lock (_questions)
        {
            for (var i = 0; i < _questions.Length; i++)
            {
                // One question at a time. The next one follows when it is answered or taken for lost: a gateway that hangs collects as many as fit into the engine's timeout.
                if (IsFree(i)) _questions[i] = AskAsync(i);
                asked[i] = _questions[i]!;
            }
        }

        return asked;
    }

    private async Task AskAsync(int coordinator)
    {
        Task<ClusterStatus>? question = null;
        try
        {
            question = cluster.GetStatus(coordinator).AsTask();
            var status = await question.WaitAsync(HangsAfter, time).ConfigureAwait(false);
            coordinators.Answered(coordinator, status.Silo);
            silos.Answered(status.Silo);
            coordinators.CutOff(status.Silo, ReachesTooFew(status));
            view.Add(status);
        }
        catch (TimeoutException) when (question is { IsCompleted: false })
        {
            coordinators.Hung(coordinator, Milliseconds.Now(time));
            _ = HearLateAsync(coordinator, question);
        }
        catch (Exception)
        {
            // That it does not answer is all there is to know about it here; the engine logs why.
            coordinators.Silent(coordinator);
        }
    }

    private async Task HearLateAsync(int coordinator, Task<ClusterStatus> question)
    {
        try
        {
            // What it says is old by now. That it says something is not.
            coordinators.Answered(coordinator, (await question.ConfigureAwait(false)).Silo);
        }
        catch (Exception)
        {
            // It was taken for lost already.
        }
    }

    private static bool ReachesTooFew(ClusterStatus status)
    {
        var members = status.Nodes.Where(node => node.Member).ToList();
        var reached = members.Count(node => node is { UnreachableSince: 0, State: not (NodeState.Partitioned or NodeState.Dead) });
        return members.Count > 0 && 2 * reached <= members.Count;
    }
}
