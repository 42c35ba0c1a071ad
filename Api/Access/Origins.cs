namespace Orleans.Kv.Api.Access;

/// <summary>Where a browser's page is from, as the browser says it. Other clients do not send that header.</summary>
internal static class Origins
{
    public static bool IsForeign(HttpRequest request) =>
        request.Headers.Origin is [{ } origin]
        && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, HostOf(request, uri), StringComparison.OrdinalIgnoreCase));

    // A port that is the scheme's own is written in neither, or in one.
    private static string HostOf(HttpRequest request, Uri origin) =>
        Uri.TryCreate($"{origin.Scheme}://{request.Host.Value}", UriKind.Absolute, out var host) ? host.Authority : "";
}
