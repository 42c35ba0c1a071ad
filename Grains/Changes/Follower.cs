namespace Orleans.Kv.Grains.Changes;

/// <summary>A subscription and the filter in force for it.</summary>
internal readonly record struct Follower(Subscription Subscription, KeyFilter Filter);
