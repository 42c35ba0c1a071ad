using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>Who gave keys to the <see cref="Settler"/>. Called on any thread, once per key given; must not block.</summary>
internal interface ISettleReceiver
{
    /// <param name="key">The key.</param>
    /// <param name="tag">The number that was given with it.</param>
    /// <param name="result">What became of it.</param>
    void OnSettled(Key key, long tag, SettleResult result);
}
