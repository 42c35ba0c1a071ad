using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Bench.Measuring;
using Orleans.Kv.Interfaces.Clustering;

namespace Orleans.Kv.Bench.Engine;

/// <summary>The process that calls echo grains: so many calls in flight at any time, each to a random grain, references cached.</summary>
internal static class EngineClient
{
    public const string Mode = "engine-client";

    public static async Task Run(Arguments arguments)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.UseOrleansClient(client => client.UseFileClustering(arguments.Text("file")));
        using var host = builder.Build();
        await host.StartAsync();

        var factory = host.Services.GetRequiredService<IGrainFactory>();
        var grains = Enumerable.Range(0, arguments.Number("grains", 10_000))
            .Select(i => factory.GetGrain<IEchoGrain>(i.ToString("D6", CultureInfo.InvariantCulture)))
            .ToArray();
        var load = new EngineLoad(grains, arguments.Number("size", 100), arguments.Number("flight", 256));

        await load.TouchAll();
        await load.Run(arguments.Seconds("warm", 5));
        Console.WriteLine("measuring");
        var started = Stopwatch.GetTimestamp();
        var latencies = await load.Run(arguments.Seconds("seconds", 10));
        Console.WriteLine("result " + LoadResult.From(latencies, Stopwatch.GetElapsedTime(started).TotalSeconds, load.Failed).ToJson());

        // Stays until its processor time is read.
        await Console.In.ReadLineAsync();
        await host.StopAsync();
    }
}
