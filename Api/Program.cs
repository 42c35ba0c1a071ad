using Orleans.Kv.Api.Hosting;
using Orleans.Kv.Interfaces.Hosting;

if (CommandLine.Parse(args, Environment.GetEnvironmentVariables(), out var error) is not { } options)
{
    await Console.Error.WriteLineAsync(error);
    return ExitCodes.Usage;
}

try
{
    await using var app = ApiHost.Build(options);
    using var pidFile = PidFile.Create(options.Directory, "api");
    if (options.ExitWithParent) _ = ParentWatch.Run(app.Lifetime.StopApplication, app.Lifetime.ApplicationStopping);
    await app.RunAsync();
    return ExitCodes.Success;
}
catch (Exception fault) when (StartupFault.TryDescribe(fault, options, out var sentence))
{
    await Console.Error.WriteLineAsync(sentence);
    return ExitCodes.CannotStart;
}
