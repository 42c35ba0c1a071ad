using Microsoft.AspNetCore.Http.Features;

namespace Orleans.Kv.Api.Keys;

/// <summary>Before routing: takes the key out of the path, so that no key changes which route is found, and puts it aside for the endpoint.</summary>
internal sealed class KeyPaths(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestFeature>()?.RawTarget is { } target && KeyPath.Find(target) is { } path)
        {
            context.Features.Set(path);
            context.Request.Path = path.RoutedPath;
        }

        return next(context);
    }
}
