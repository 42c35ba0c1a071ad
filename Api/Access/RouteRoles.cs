using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Access;

/// <summary>How routes say whom they are for, where they are mapped.</summary>
internal static class RouteRoles
{
    private static readonly RequiredRole Open = new(Role: null);
    private static readonly RequiredRole[] Roles = [new(Role.Read), new(Role.Write), new(Role.Admin)];

    public static TBuilder Needs<TBuilder>(this TBuilder builder, Role role)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(Roles[(int)role - 1]);

    /// <summary>For who has no token yet: it shows nothing of what is stored, and changes nothing.</summary>
    public static TBuilder IsOpen<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(Open);
}
