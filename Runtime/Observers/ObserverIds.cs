using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Orleans.Runtime;

/// <summary>
/// Ids of observers: grain type <c>sys.client</c>, key <c>client+object</c>. Observers that live in a silo have that silo's
/// address as their client's name, so that everybody knows the way.
/// </summary>
internal static class ObserverIds
{
    private const byte ObjectMark = (byte)'+';
    private const string SiloPrefix = "silo-";

    public static GrainId ClientId(string client) => new(GrainTypePrefix.ClientGrainType, IdSpan.Create(client));

    public static GrainId ObjectId(string client, Guid observer) =>
        new(GrainTypePrefix.ClientGrainType, IdSpan.Create($"{client}+{observer:N}"));

    public static string ClientNameOf(SiloAddress silo) => SiloPrefix + silo.ToParsableString();

    /// <summary>The client's name within an observer's id.</summary>
    public static string ClientOf(GrainId id)
    {
        var key = id.Key.AsSpan();
        var at = key.IndexOf(ObjectMark);
        return Encoding.UTF8.GetString(at < 0 ? key : key[..at]);
    }

    public static bool TryGetSilo(string client, [NotNullWhen(true)] out SiloAddress? silo)
    {
        silo = null;
        return client.StartsWith(SiloPrefix, StringComparison.Ordinal) && SiloAddress.TryParse(client[SiloPrefix.Length..], out silo);
    }
}
