namespace Orleans.Kv.Consensus;

/// <summary>Finds the key object for bytes in a frame, so that a known key costs none.</summary>
public interface IKeySource
{
    /// <summary>The known key of exactly these bytes, or null: then the decoder makes one. The bytes may be no UTF-8.</summary>
    Key? Find(ReadOnlySpan<byte> utf8);
}
