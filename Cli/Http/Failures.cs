using System.Net;
using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Http;

/// <summary>What the store's refusals are to whoever ran a command.</summary>
internal static class Failures
{
    public static CliException Of(KvException exception) => new(CodeOf(exception.Status), exception.Message);

    public static int CodeOf(HttpStatusCode? status) => status switch
    {
        HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed => ExitCodes.NotFound,
        HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.RequestEntityTooLarge => ExitCodes.Usage,
        _ => ExitCodes.Unavailable,
    };
}
