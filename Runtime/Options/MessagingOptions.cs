using System.Diagnostics;

namespace Orleans.Configuration;

/// <summary>What silos and clients have in common in how they exchange messages.</summary>
public abstract class MessagingOptions
{
    private TimeSpan _responseTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long a call waits for its answer where the method says nothing else. Longer under a debugger.</summary>
    public TimeSpan ResponseTimeout
    {
        get => Debugger.IsAttached ? ResponseTimeoutWithDebugger : _responseTimeout;
        set => _responseTimeout = value;
    }

    public TimeSpan ResponseTimeoutWithDebugger { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether a request whose caller has stopped waiting is dropped unexecuted.</summary>
    public bool DropExpiredMessages { get; set; } = true;

    /// <summary>Bytes; a longer header is a broken or hostile peer, and its connection is closed.</summary>
    public int MaxMessageHeaderSize { get; set; } = 10 * 1024 * 1024;

    /// <summary>Bytes; a longer body is refused where it would be sent, and closes the connection that it comes on.</summary>
    public int MaxMessageBodySize { get; set; } = 100 * 1024 * 1024;
}
