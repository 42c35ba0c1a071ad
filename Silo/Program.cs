using Microsoft.Extensions.Logging;
using Orleans.Kv.Silo.Hosting;

var parsed = CommandLine.Parse(args, Environment.GetEnvironmentVariables());
if (parsed.Options is not { } options)
{
    await Console.Error.WriteLineAsync(parsed.Error);
    return ExitCodes.Usage;
}

try
{
    using var signals = new StopSignals();
    if (options.ExitWithParent) _ = ParentWatch.Run(signals);
    using var logging = LoggerFactory.Create(builder => builder.AddConsoleLogging(options));
    using var pidFile = PidFile.Create(options);
    using var silo = new SiloProcess(options, TimeProvider.System, logging);
    return await silo.Run(signals.Stopping);
}
catch (Exception fault) when (StartupFault.TryDescribe(fault, options, out var sentence))
{
    await Console.Error.WriteLineAsync(sentence);
    return ExitCodes.CannotStart;
}
