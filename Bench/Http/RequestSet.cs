using System.Globalization;
using System.Text;

namespace Orleans.Kv.Bench.Http;

/// <summary>The bytes of all requests of one kind, one per key, made before the clock runs.</summary>
internal static class RequestSet
{
    /// <summary>Makes the requests named <paramref name="kind"/>: store, fetch, etcd-put or etcd-get.</summary>
    public static byte[][] Make(string kind, string host, int keys, int size)
    {
        var value = new string('v', size);
        return [.. Enumerable.Range(0, keys).Select(i =>
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"key-{i:D6}");
            return kind switch
            {
                "store" => Post(host, "/store", $$"""{"key":"{{key}}","value":"{{value}}"}"""),
                "fetch" => Post(host, "/fetch", $$"""{"key":"{{key}}"}"""),
                "etcd-put" => Post(host, "/v3/kv/put", $$"""{"key":"{{Base64(key)}}","value":"{{Base64(value)}}"}"""),
                "etcd-get" => Post(host, "/v3/kv/range", $$"""{"key":"{{Base64(key)}}"}"""),
                _ => throw new BenchException($"There are no requests of kind '{kind}'."),
            };
        })];
    }

    public static byte[] Post(string host, string path, string body) => Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
