using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Tests.Runtime.Host;

// One silo in a process of its own, for tests that kill and pause it. Says "ready" when it is active.
var arguments = HostArguments.Parse(args);
var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Information).AddSimpleConsole(options =>
{
    options.SingleLine = true;
    options.TimestampFormat = "HH:mm:ss.fff ";
});
builder.UseOrleans(silo => TestSilo.ConfigureProcess(silo, arguments));
using var host = builder.Build();
await host.StartAsync();
Console.WriteLine("ready");
await host.WaitForShutdownAsync();
