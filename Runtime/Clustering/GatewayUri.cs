using System.Globalization;
using System.Net;
using Orleans.Runtime;

namespace Orleans.Messaging;

/// <summary>The form in which a gateway list names a gateway: <c>gwy.tcp://address:port/generation</c>.</summary>
internal static class GatewayUri
{
    private const string Scheme = "gwy.tcp";

    public static Uri From(IPEndPoint endpoint, int generation = 0) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Scheme}://{endpoint}/{generation}"));

    /// <summary>The address a list entry names. Generation 0 stands for whichever silo listens there.</summary>
    public static SiloAddress ToSiloAddress(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (uri.Scheme != Scheme
            || !IPEndPoint.TryParse($"{uri.Host}:{uri.Port}", out var endpoint)
            || !int.TryParse(uri.AbsolutePath.AsSpan().TrimStart('/'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var generation))
        {
            throw new ArgumentException($"'{uri}' does not name a gateway; expected {Scheme}://address:port/generation.", nameof(uri));
        }

        return SiloAddress.New(endpoint, generation);
    }
}
