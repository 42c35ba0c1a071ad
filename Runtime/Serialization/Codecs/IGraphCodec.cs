namespace Orleans.Serialization.Codecs;

/// <summary>Marks codecs of objects with an identity, which references may mean.</summary>
internal interface IGraphCodec;
