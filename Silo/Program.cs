using Microsoft.Extensions.Logging;
using Orleans.Kv.Interfaces.Hosting;
using Orleans.Kv.Silo.Hosting;
using Orleans.Kv.Silo.Observing;

var parsed = CommandLine.Parse(args, Environment.GetEnvironmentVariables());
if (parsed.Options is not { } options)
{
    await Console.Error.WriteLineAsync(parsed.Error);
    return ExitCodes.Usage;
}

try
{
    using var signals = new StopSignals();
    if (options.ExitWithParent) _ = ParentWatch.Run(signals.Stop, signals.Stopping);
    using var observing = new SiloObserving(options, TimeProvider.System);
    // Before anything else of the good-bye: who asks whether it is ready hears of it while it still hands over.
    using var stopping = signals.Stopping.Register(observing.Stop);
    using var logging = LoggerFactory.Create(observing.AddLogging);
    using var pidFile = PidFile.Create(options.Directory, options.Name);
    using var silo = new SiloProcess(options, TimeProvider.System, observing, logging);
    await using var pages = await SiloPages.Start(options, observing);
    return await silo.Run(signals.Stopping);
}
catch (Exception fault) when (StartupFault.TryDescribe(fault, options, out var sentence))
{
    await Console.Error.WriteLineAsync(sentence);
    return ExitCodes.CannotStart;
}
