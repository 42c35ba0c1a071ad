using System.Collections.Concurrent;
using Orleans.Kv.Tests.Runtime.Host.Services;

namespace Orleans.Kv.Tests.Runtime.Host.Grains;

[StatelessWorker(MostPerSilo)]
public sealed class WorkerGrain(ILocalSiloDetails silo, IEchoServiceClient service) : Grain, IWorkerGrain
{
    public const int MostPerSilo = 4;

    private static readonly ConcurrentDictionary<SiloAddress, int> Working = new();
    private readonly Guid _instance = Guid.NewGuid();

    public async Task<WorkerReport> Work(TimeSpan time)
    {
        var atOnce = Working.AddOrUpdate(silo.SiloAddress, 1, (_, before) => before + 1);
        await Task.Delay(time);
        Working.AddOrUpdate(silo.SiloAddress, 0, (_, before) => before - 1);
        return new WorkerReport(silo.SiloAddress, _instance, atOnce);
    }

    public Task<Guid[]> InstancesOf(string[] keys) =>
        Task.WhenAll(keys.Select(key => GrainFactory.GetGrain<ILifeGrain>(key).Instance()));

    public async Task<SiloAddress[]> AskWorkers(int times)
    {
        var worker = GrainFactory.GetGrain<IWorkerGrain>(this.GetPrimaryKeyLong() + 1);
        var reports = await Task.WhenAll(Enumerable.Range(0, times).Select(_ => worker.Work(TimeSpan.FromMilliseconds(1))));
        return [.. reports.Select(report => report.Silo).Distinct()];
    }

    public Task<SiloAddress> AskService(SiloAddress silo) => service.WhoAnswers(silo);
}
