using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>Learns that a call which was waiting is done. May come on any thread.</summary>
internal interface ITurnSink
{
    void OnTurnCompleted(Turn turn, Response response);
}
