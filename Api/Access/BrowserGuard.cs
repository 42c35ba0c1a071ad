using System.Net;
using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Access;

/// <summary>
/// Stands where a host has no tokens, and keeps pages from elsewhere out. Whoever develops with a store on loopback opens other people's pages on the same machine, and a browser sends what these pages want sent: a form to another
/// site's address (a <em>foreign origin</em>), or to a name of their own that leads to 127.0.0.1 by the time it is asked again (<em>rebinding</em>). Programs are not in the way: they send no <c>Origin</c>, and address the host by what it is called.
/// </summary>
internal sealed class BrowserGuard(RequestDelegate next, AccessOptions options)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (Origins.IsForeign(context.Request)) return RefuseAsync(context, "a page from elsewhere may not use this API host: its Origin is not the host that it asks");
        return options.Insecure || IsNameOfThisMachine(context.Request.Host.Host)
            ? next(context)
            : RefuseAsync(context, $"a host without tokens is not asked by the public name {context.Request.Host.Host}: use its address, give it tokens, or start it with --insecure");
    }

    private static Task RefuseAsync(HttpContext context, string detail) =>
        ProblemWriter.WriteAsync(context, new Problem(StatusCodes.Status403Forbidden, ProblemCode.ForeignOrigin, detail));

    // A name that somebody else can point here has a dot in it.
    private static bool IsNameOfThisMachine(string host) =>
        !host.Contains('.', StringComparison.Ordinal) || IPAddress.TryParse(host, out _) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
