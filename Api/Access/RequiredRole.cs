using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Access;

/// <summary>What an endpoint asks of who calls it; null asks nothing. An endpoint without one is for administrators, and a test does not let it be.</summary>
internal sealed record RequiredRole(Role? Role);
