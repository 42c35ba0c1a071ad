using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Kv.Silo.Hosting;

var parsed = CommandLine.Parse(args);
if (parsed.Options is not { } options)
{
    await Console.Error.WriteLineAsync(parsed.Error);
    return ExitCodes.Usage;
}

try
{
    var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "Orleans.Kv.Silo" });
    builder.AddConsoleLogging(options);
    builder.AddStoreSilo(options);
    if (options.ExitWithParent) builder.Services.AddHostedService<ParentWatch>();

    using var host = builder.Build();
    using var pidFile = PidFile.Create(options);
    await host.RunAsync();
    return ExitCodes.Success;
}
catch (Exception fault) when (StartupFault.TryDescribe(fault, options, out var sentence))
{
    await Console.Error.WriteLineAsync(sentence);
    return ExitCodes.CannotStart;
}
