using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Kv.Interfaces.Clustering;

namespace Orleans.Kv.Bench.Engine;

/// <summary>The process of one silo with echo grains.</summary>
internal static class EngineSilo
{
    public const string Mode = "engine-silo";

    public static async Task Run(Arguments arguments)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.UseOrleans(silo =>
        {
            silo.UseFileClustering(arguments.Text("file"));
            silo.Configure<SiloOptions>(options => options.SiloName = arguments.Text("name"));
            silo.ConfigureEndpoints(IPAddress.Loopback, arguments.Number("silo-port", 11111), arguments.Number("gateway-port", 30000));
        });
        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine("ready");
        await host.WaitForShutdownAsync();
    }
}
