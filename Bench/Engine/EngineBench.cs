using System.Globalization;
using Orleans.Kv.Bench.Measuring;

namespace Orleans.Kv.Bench.Engine;

/// <summary>Two silo processes and a client process on loopback.</summary>
internal static class EngineBench
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    public static async Task Run(Arguments arguments)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "cluster.json");
        var ports = FreePorts.Find(4);
        await using var first = Silo("silo-1", file, ports[0], ports[1]);
        await first.Line("ready", StartPatience);
        first.Drain();
        await using var second = Silo("silo-2", file, ports[2], ports[3]);
        await second.Line("ready", StartPatience);
        second.Drain();

        string[] passedOn = ["seconds", "warm", "grains", "flight", "size"];
        string[] options = [.. passedOn.Where(arguments.Has).SelectMany(name => new[] { "--" + name, arguments.Text(name) })];
        await using var client = ChildProcess.Self("client", [EngineClient.Mode, "--file", file, .. options]);
        var processors = new ProcessorReport([("silo-1", first.Id), ("silo-2", second.Id), ("client", client.Id)]);
        await client.Line("measuring", StartPatience + arguments.Seconds("warm", 5));
        processors.Start();
        var result = LoadResult.FromJson(await client.Line("result ", StartPatience + arguments.Seconds("seconds", 10)));
        processors.Stop();

        Console.WriteLine($"engine {typeof(Grain).Assembly.GetName().Name} {typeof(Grain).Assembly.GetName().Version}");
        Console.WriteLine($"echo     {result}");
        Console.WriteLine($"         {processors.PerRequest(result.Done)}");
    }

    private static ChildProcess Silo(string name, string file, int siloPort, int gatewayPort) => ChildProcess.Self(
        name,
        [
            EngineSilo.Mode, "--name", name, "--file", file,
            "--silo-port", siloPort.ToString(CultureInfo.InvariantCulture),
            "--gateway-port", gatewayPort.ToString(CultureInfo.InvariantCulture),
        ]);
}
