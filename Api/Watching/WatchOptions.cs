using Orleans.Kv.Interfaces.Changes;

namespace Orleans.Kv.Api.Watching;

/// <summary>How much watchers may take of a host, and how long it waits for whom.</summary>
public sealed class WatchOptions
{
    /// <summary>Watchers at once: as many as a silo's feed takes prefixes, and less than half of a host's connections.</summary>
    public int MaxWatchers { get; set; } = ChangeLimits.MaxPrefixes;

    /// <summary>Keys that a prefix may have when it is begun to be watched. Each is read once, which at some thousand reads a second takes half a minute for as many as this.</summary>
    public int MaxKeysPerPrefix { get; set; } = 100_000;

    /// <summary>Keys followed at once for all watchers together: about 500 bytes each, 125 MB for as many as this.</summary>
    public int MaxKeys { get; set; } = 250_000;

    /// <summary>Events that wait for one watcher to take them. One answer of a silo's feed may bring ten thousand at once, and three silos answer side by side.</summary>
    public int MaxWaitingEvents { get; set; } = 32_768;

    /// <summary>The same in bytes: two of the largest values.</summary>
    public long MaxWaitingBytes { get; set; } = 16 << 20;

    /// <summary>Keys that are read at once for those who begin to watch, and for what may have been missed.</summary>
    public int ReadsAtOnce { get; set; } = 32;

    /// <summary>How long new watchers are gathered before the silos are told of them together.</summary>
    public TimeSpan FilterPause { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How long a new watcher waits for silos that have not said yet that they follow its keys. Those that do later are caught up with by reading.</summary>
    public TimeSpan FollowPatience { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>A poll is answered within two seconds if all is well; after this long it is taken for lost.</summary>
    public TimeSpan PollPatience { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>The pause before a silo that has failed to answer is asked again.</summary>
    public TimeSpan FeedPause { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often it is looked at which silos there are, and which keys need no longer be kept.</summary>
    public TimeSpan TendPeriod { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The pause before a key or a prefix that could not be read is read again.</summary>
    public TimeSpan ReadPause { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a deleted key's last version is kept for nobody in particular: far longer than a late change can take.</summary>
    public TimeSpan KeepDeleted { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the silos are followed after the last watcher has gone. One that reconnects finds them warm.</summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>A sign of life to a watcher to whom nothing else was sent. Proxies commonly cut what is silent for 30 or 60 seconds.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a watcher's connection may take nothing at all before it is broken off.</summary>
    public TimeSpan SendPatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Every error of these options, or none.</summary>
    internal IEnumerable<string> Errors()
    {
        if (MaxWatchers is < 1 or > ChangeLimits.MaxPrefixes || MaxKeysPerPrefix < 1 || MaxKeys < MaxKeysPerPrefix || MaxWaitingEvents < 1 || MaxWaitingBytes < 1 || ReadsAtOnce < 1)
            yield return "The bounds of watching must be positive, MaxKeys at least MaxKeysPerPrefix, and MaxWatchers no more than what a feed takes.";
        TimeSpan[] spans = [FilterPause, FollowPatience, PollPatience, FeedPause, TendPeriod, ReadPause, KeepDeleted, Heartbeat, SendPatience];
        if (Array.Exists(spans, span => span <= TimeSpan.Zero)) yield return "The times of watching must be positive.";
        if (Linger < TimeSpan.Zero) yield return "Linger must not be negative.";
    }
}
