using Orleans.Kv.Tests.Driving.Clusters;

namespace Orleans.Kv.Tests.Database.Clustering;

public sealed class LocationTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WithoutADatabase_ItIsTheFile()
    {
        var location = new ClusterLocation { FromEnvironment = "" };

        Assert.Empty(location.Faults());
        Assert.Equal((false, "file cluster.json"), (location.IsDatabase, location.Describe("cluster.json")));
    }

    [Fact]
    public void TheFileWins_AndOfItTheFirstLine()
    {
        File.WriteAllText(_folder.File("postgres"), "  Host=one;Database=kv;Password=hidden  \nwhatever else\n");
        var location = new ClusterLocation { FromEnvironment = "Host=two;Database=kv" };
        Assert.True(location.Apply("--postgres-file", _folder.File("postgres")));

        Assert.Empty(location.Faults());
        Assert.Equal("database one:5432/kv", location.Describe("cluster.json"));
    }

    [Fact]
    public void TheEnvironment_IsEnough()
    {
        var location = new ClusterLocation { FromEnvironment = "Host=two;Database=kv" };

        Assert.Empty(location.Faults());
        Assert.Equal("database two:5432/kv", location.Describe("cluster.json"));
    }

    [Fact]
    public void WhatIsWrong_NamesWhereItWasRead()
    {
        File.WriteAllText(_folder.File("empty"), "\nHost=late\n");
        Assert.Contains($"--postgres-file {_folder.File("empty")} is empty", Fault(new() { PostgresFile = _folder.File("empty") }), StringComparison.Ordinal);
        Assert.Contains($"--postgres-file {_folder.File("none")} cannot be read", Fault(new() { PostgresFile = _folder.File("none") }), StringComparison.Ordinal);
        Assert.Contains("KV_POSTGRES is a URI", Fault(new() { FromEnvironment = "postgres://kv@db/kv" }), StringComparison.Ordinal);
        Assert.Contains("--cluster-id must be", Fault(new() { ClusterId = "a b" }), StringComparison.Ordinal);
        Assert.Contains("--service-id must be", Fault(new() { ServiceId = "" }), StringComparison.Ordinal);
        Assert.False(new ClusterLocation().Apply("--postgres", "Host=visible to everybody"));
    }

    private static string Fault(ClusterLocation location) => Assert.Single(location.Faults());
}
