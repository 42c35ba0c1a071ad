using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Orleans.Kv.Interfaces.Keys;

namespace Orleans.Kv.Api.Keys;

/// <summary>
/// What this host knows about one key: its text in the forms that requests and answers need, the reference to its grain (obtained once:
/// a reference per call costs more than the rest of the routing), and how that grain has been answering.
/// </summary>
internal sealed class KeyRoute
{
    private long _avoidSince;
    private long _nextProbe;
    private int _probing;
    private int _trustedIn;

    public KeyRoute(byte[] utf8)
    {
        Utf8 = utf8;
        Key = Encoding.UTF8.GetString(utf8);
        Json = JsonEncodedText.Encode(utf8, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray();
    }

    public byte[] Utf8 { get; }

    public string Key { get; }

    /// <summary>The key as the inside of a JSON string.</summary>
    public byte[] Json { get; }

    /// <summary>The reference to the key's grain, once it was needed: it cannot be made before the cluster was reached.</summary>
    public IKeyGrain? Grain { get; set; }

    /// <summary>The silo that answered last through the key grain. A hint, written without a lock.</summary>
    public string? LastSilo { get; set; }

    /// <summary>The size of the value when this host last saw it, in bytes; 0 where it never did. A hint, written without a lock.</summary>
    public int ValueBytes { get; set; }

    /// <summary>The key grain did not answer in time and has not answered since: ask a coordinator first.</summary>
    public bool Avoided => Volatile.Read(ref _avoidSince) != 0;

    /// <summary>Notes that the key grain refused or kept silent at <paramref name="now"/> (milliseconds, never zero).</summary>
    public void Avoid(long now, long probeAfter)
    {
        Interlocked.CompareExchange(ref _avoidSince, now, 0);
        Volatile.Write(ref _nextProbe, now + probeAfter);
    }

    /// <summary>Notes an answer of the key grain, and which trouble with gateways (<see cref="Routing.CoordinatorChoice.Trouble"/>) it came through.</summary>
    public void Trust(string? silo, int trouble)
    {
        LastSilo = silo ?? LastSilo;
        if (trouble != 0 && Volatile.Read(ref _trustedIn) != trouble) Volatile.Write(ref _trustedIn, trouble);
        // A plain read first: this runs for every answer, and a shared line that is only read stays in every core's cache.
        if (Avoided) Volatile.Write(ref _avoidSince, 0);
    }

    /// <summary>The key grain has answered since the trouble began, so that the way to it leads around it.</summary>
    public bool IsTrustedIn(int trouble) => Volatile.Read(ref _trustedIn) == trouble;

    /// <summary>True for the one caller that may ask the key grain now whether it is back; it ends with <see cref="EndProbe"/>.</summary>
    public bool TryBeginProbe(long now) =>
        now >= Volatile.Read(ref _nextProbe) && Interlocked.CompareExchange(ref _probing, 1, 0) == 0;

    public void EndProbe(long nextAt)
    {
        Volatile.Write(ref _nextProbe, nextAt);
        Volatile.Write(ref _probing, 0);
    }
}
