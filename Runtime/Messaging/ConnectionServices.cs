using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;

namespace Orleans.Runtime.Messaging;

/// <summary>What all connections of a host share.</summary>
internal sealed class ConnectionServices(
    MessageBodyCodec codec, CallTimeouts timeouts, MessagingOptions messaging, IOptions<ConnectionOptions> connections, ILoggerFactory loggers)
{
    private const int MaxKnownSilos = 1024;
    private readonly ConcurrentDictionary<IdSpan, SiloAddress> _silos = new();

    public MessageBodyCodec Codec => codec;

    public CallTimeouts Timeouts => timeouts;

    public ILogger Log { get; } = loggers.CreateLogger<Connection>();

    public ConnectionOptions Options => connections.Value;

    public int MaxBodySize { get; } = messaging.MaxMessageBodySize;

    public int MaxFrameSize { get; } = (int)Math.Min((long)messaging.MaxMessageBodySize + messaging.MaxMessageHeaderSize, Array.MaxLength);

    /// <summary>The silo whose address these bytes are; null if they are none.</summary>
    public SiloAddress? FindSilo(ReadOnlySpan<byte> utf8)
    {
        var key = new IdSpan(utf8.ToArray());
        if (_silos.TryGetValue(key, out var known))
        {
            return known;
        }

        if (!SiloAddress.TryParse(utf8, out var silo))
        {
            return null;
        }

        if (_silos.Count >= MaxKnownSilos)
        {
            _silos.Clear();
        }

        return _silos.GetOrAdd(key, silo);
    }
}
