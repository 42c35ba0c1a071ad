namespace Orleans.Kv.Api.OpenApi;

/// <summary>Files that are part of this program.</summary>
internal static class Resource
{
    public static Stream Open(string name) =>
        typeof(Resource).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"the program lacks its file {name}");

    public static byte[] ReadAll(string name)
    {
        using var stream = Open(name);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
