namespace Orleans.Kv.Bench.Engine;

/// <summary>Gives back what it gets: a call through the engine and nothing else.</summary>
[Alias("bench.IEchoGrain")]
public interface IEchoGrain : IGrainWithStringKey
{
    [Alias("Echo")]
    ValueTask<byte[]> Echo(byte[] payload);
}
