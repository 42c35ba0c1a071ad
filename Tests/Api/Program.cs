namespace Orleans.Kv.Tests.Api;

/// <summary>Test runners load this assembly; the entry point serves the tests that need processes which can be killed.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => args switch
    {
        ["write-cluster-file", var path, var name] => Clustering.ClusterFileWriter.RunAsync(path, name),
        _ => Task.FromResult(64),
    };
}
