using System.Globalization;
using System.Net;
using Npgsql;
using Orleans.Messaging;

namespace Orleans.Runtime.MembershipService;

/// <summary>Rows of <c>OrleansMembershipTable</c> as membership entries and back.</summary>
internal static class AdoNetRows
{
    // As Orleans writes it: milliseconds, and UTC under its former name.
    private const string VoteTime = "yyyy-MM-dd HH:mm:ss.fff 'GMT'";

    public static NpgsqlParameter[] Key(string cluster, SiloAddress silo) =>
    [
        AdoNetQueries.Text("DeploymentId", cluster),
        AdoNetQueries.Text("Address", silo.Endpoint.Address.ToString()),
        AdoNetQueries.Number("Port", silo.Endpoint.Port),
        AdoNetQueries.Number("Generation", silo.Generation),
    ];

    /// <summary>The table's version, and a silo's row where the statement found one.</summary>
    public static (int Version, MembershipEntry? Entry) Read(NpgsqlDataReader reader)
    {
        var version = reader.GetInt32(reader.GetOrdinal("Version"));
        if (reader.IsDBNull(reader.GetOrdinal("StartTime")))
            return (version, null);

        var gateway = reader.GetOrdinal("ProxyPort");
        var votes = reader.GetOrdinal("SuspectTimes");
        return (version, new MembershipEntry
        {
            SiloAddress = Address(reader, "Port"),
            SiloName = reader.GetString(reader.GetOrdinal("SiloName")),
            HostName = reader.GetString(reader.GetOrdinal("HostName")),
            Status = (SiloStatus)reader.GetInt32(reader.GetOrdinal("Status")),
            ProxyPort = reader.IsDBNull(gateway) ? 0 : reader.GetInt32(gateway),
            SuspectTimes = reader.IsDBNull(votes) ? [] : ParseVotes(reader.GetString(votes)),
            StartTime = Time(reader, "StartTime"),
            IAmAliveTime = Time(reader, "IAmAliveTime"),
        });
    }

    public static Uri ReadGateway(NpgsqlDataReader reader)
    {
        var gateway = Address(reader, "ProxyPort");
        return GatewayUri.From(gateway.Endpoint, gateway.Generation);
    }

    public static string? PrintVotes(IReadOnlyCollection<Tuple<SiloAddress, DateTime>>? votes) =>
        votes is null or { Count: 0 }
            ? null
            : string.Join('|', votes.Select(vote => $"{vote.Item1.ToParsableString()},{vote.Item2.ToString(VoteTime, CultureInfo.InvariantCulture)}"));

    private static List<Tuple<SiloAddress, DateTime>> ParseVotes(string text) =>
    [
        .. text.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(vote =>
        {
            var comma = vote.IndexOf(',', StringComparison.Ordinal);
            var time = DateTime.ParseExact(vote[(comma + 1)..], VoteTime, CultureInfo.InvariantCulture);
            return Tuple.Create(SiloAddress.FromParsableString(vote[..comma]), DateTime.SpecifyKind(time, DateTimeKind.Utc));
        }),
    ];

    private static SiloAddress Address(NpgsqlDataReader reader, string port) => SiloAddress.New(
        IPAddress.Parse(reader.GetString(reader.GetOrdinal("Address"))),
        reader.GetInt32(reader.GetOrdinal(port)),
        reader.GetInt32(reader.GetOrdinal("Generation")));

    private static DateTime Time(NpgsqlDataReader reader, string column) =>
        DateTime.SpecifyKind(reader.GetDateTime(reader.GetOrdinal(column)), DateTimeKind.Utc);
}
