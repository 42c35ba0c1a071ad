namespace Orleans.Serialization.Codecs;

/// <summary>
/// The codec of a type known where the code is made. A static field of a generic class is the fastest look-up there is: compiled code
/// sees a constant.
/// </summary>
internal static class CodecOf<T>
{
    public static readonly Codec<T> Instance = (Codec<T>)CodecFactory.Get(typeof(T));
}
