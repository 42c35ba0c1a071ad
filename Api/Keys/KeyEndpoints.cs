using Orleans.Kv.Api.Routing;

namespace Orleans.Kv.Api.Keys;

/// <summary>The resources that have a key in their path.</summary>
internal static class KeyEndpoints
{
    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        var keys = new KeyResource(app.ServiceProvider.GetRequiredService<KeyRouteCache>(), app.ServiceProvider.GetRequiredService<Router>());
        KeyValueStoreEndpoints.Map(app, keys);
        RawEndpoints.Map(app, keys);
    }
}
