using Orleans.Kv.Api.Hosting;

if (CommandLine.Parse(args, Environment.GetEnvironmentVariables(), out var error) is not { } options)
{
    await Console.Error.WriteLineAsync(error);
    return ExitCodes.Usage;
}

try
{
    await using var app = ApiHost.Build(options);
    using var pidFile = PidFile.Create(options);
    await app.RunAsync();
    return ExitCodes.Success;
}
catch (Exception fault) when (StartupFault.TryDescribe(fault, options, out var sentence))
{
    await Console.Error.WriteLineAsync(sentence);
    return ExitCodes.CannotStart;
}
