using Microsoft.Extensions.Options;

namespace Orleans.Kv.Grains.Hosting;

/// <summary>Refuses options with all of their faults in one message.</summary>
internal sealed class OptionsFaults<TOptions>(Func<TOptions, IEnumerable<string>> faultsOf) : IValidateOptions<TOptions>
    where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var faults = faultsOf(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(string.Join(" ", faults));
    }
}
