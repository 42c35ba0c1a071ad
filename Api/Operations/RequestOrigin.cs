using System.Security.Cryptography;

namespace Orleans.Kv.Api.Operations;

/// <summary>The operation origin that stands for a caller's <c>requestId</c>: the same on every API host, so that a retry may go to any of them.</summary>
/// <remarks>
/// Half of a SHA-256: nobody can construct two request ids that meet. Registers are per key, so the same request id may be used with
/// several keys; with one key it always names the same operation, whose first outcome is returned.
/// </remarks>
internal static class RequestOrigin
{
    public static Guid Of(ReadOnlySpan<byte> requestId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(requestId, hash);
        return new Guid(hash[..16]);
    }
}
