using Orleans.Kv.Interfaces.Changes;

namespace Orleans.Kv.Api.Watching;

/// <summary>Whom the feeds of the silos tell.</summary>
internal interface IFeedReceiver
{
    /// <summary>What is asked for at present.</summary>
    WatchFilter Filter { get; }

    /// <summary>What a silo has told.</summary>
    void Receive(ChangeEntry[] entries);

    /// <summary>A feed goes by another filter, or has become reachable or unreachable.</summary>
    void FeedChanged();

    /// <summary>Changes may have gone by untold: everything watched is to be read.</summary>
    void MissedSomething();
}
