using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Kv.Interfaces.Clustering;

namespace Orleans.Kv.Tests.Api.Clustering;

internal static class Tables
{
    public const string ClusterId = "test";

    public static FileMembershipTable Open(string path, string clusterId = ClusterId) =>
        new(
            Options.Create(new FileClusteringOptions { Path = path, LockTimeout = TimeSpan.FromSeconds(30) }),
            Options.Create(new ClusterOptions { ClusterId = clusterId, ServiceId = "test" }),
            TimeProvider.System);

    public static FileMapAuthority OpenAuthority(string path) =>
        new(Options.Create(new FileClusteringOptions { Path = path, LockTimeout = TimeSpan.FromSeconds(30) }), TimeProvider.System);

    public static MembershipEntry Entry(string name, int port, int generation = 1, SiloStatus status = SiloStatus.Active) => new()
    {
        SiloAddress = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, port), generation),
        SiloName = name,
        HostName = "localhost",
        Status = status,
        ProxyPort = port + 1,
        StartTime = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        IAmAliveTime = new DateTime(2026, 1, 2, 3, 4, 6, DateTimeKind.Utc),
        SuspectTimes = [],
    };
}
