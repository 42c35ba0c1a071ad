namespace Orleans.Kv.Consensus;

/// <summary>
/// An origin's word that its operations on this key numbered below <paramref name="Mark"/> are answered. Kept until the state's stamp has passed
/// <paramref name="Guard"/>, the latest deadline of any operation of that origin that was applied to the key: by then a ghost of one is too late by its
/// own deadline, so the mark itself may be forgotten without letting it in again.
/// </summary>
public readonly record struct OriginMark(OriginId Origin, long Mark, HybridTimestamp Guard);
