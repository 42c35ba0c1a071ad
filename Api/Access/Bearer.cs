using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Access;

/// <summary>Who asks, as a feature of the request: there where the host has tokens and the request named one.</summary>
/// <param name="Token">The token.</param>
/// <param name="Tokens">Where it is from.</param>
/// <param name="Changed">Cancelled when the tokens change from those among which this one was found.</param>
internal sealed record Bearer(Token Token, TokenStore Tokens, CancellationToken Changed);
