using Orleans.Kv.Bench.Baselines;
using Orleans.Kv.Bench.Engine;
using Orleans.Kv.Bench.Failover;
using Orleans.Kv.Bench.Http;
using Orleans.Kv.Bench.Moving;
using Orleans.Kv.Bench.Store;
using Orleans.Kv.Bench.Telemetry;

namespace Orleans.Kv.Bench;

internal static class Program
{
    private const string Usage = """
        Load generators. Every mode starts the processes that it measures, and stops them.

          engine    calls per second through the engine: two silo processes, one client process, echo grains
                      --seconds 10 --warm 5 --grains 10000 --flight 256 --size 100
          store     requests per second of /store and /fetch: three silos and an API host
                      --seconds 10 --warm 5 --keys 10000 --connections 64 --size 100
                      --url http://127.0.0.1:8080   an API host that runs already
                      --kestrel                     the same load on bare Kestrel, for the ratio
                      --etcd                        the same load on three etcd nodes in memory (etcd must be on the PATH)
          failover  the longest time without a successful answer while silos are killed and paused, one per fresh cluster
                      --keys 60 --connections 12 --seconds 10 --pause 10
          move      keys per second that move while two silos are added and two of the first three drained, under load
                      --keys 100000 --size 100 --load-keys 60 --connections 4 --warm 4
          telemetry  what measuring costs an operation, in this process
                      --count 2000000

        CPU is what the kernel charged the process with between the first and the last measured request, per request.
        """;

    private static async Task<int> Main(string[] args)
    {
        var arguments = new Arguments(args);
        try
        {
            switch (arguments.Mode)
            {
                case "engine":
                    await EngineBench.Run(arguments);
                    return 0;
                case "store":
                    await StoreBench.Run(arguments);
                    return 0;
                case "failover":
                    await FailoverBench.Run(arguments);
                    return 0;
                case "move":
                    await MoveBench.Run(arguments);
                    return 0;
                case "telemetry":
                    TelemetryBench.Run(arguments);
                    return 0;
                case EngineSilo.Mode:
                    await EngineSilo.Run(arguments);
                    return 0;
                case EngineClient.Mode:
                    await EngineClient.Run(arguments);
                    return 0;
                case HttpLoad.Mode:
                    await HttpLoad.Run(arguments);
                    return 0;
                case KestrelBaseline.Mode:
                    await KestrelBaseline.Run(arguments);
                    return 0;
                default:
                    await Console.Error.WriteLineAsync(Usage);
                    return 2;
            }
        }
        catch (BenchException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }
}
