using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Kv.Tests.Runtime.Host.Clustering;

/// <summary>
/// A membership table in a file that several processes share: the simplest thing that survives any of them. Written against the
/// public interface alone, as the product's is, so it also shows that a table from outside can be plugged in.
/// </summary>
public sealed class SharedFileTable(string path) : IMembershipTable
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

    public Task DeleteMembershipTableEntries(string clusterId) => Access(content => content.Rows.Clear());

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Access(content => content.Rows.RemoveAll(
        row => row.Status != SiloStatus.Active && row.IAmAliveTime < beforeDate.UtcDateTime));

    public Task<MembershipTableData> ReadRow(SiloAddress key) => Access(content => content.Find(key) is { } row
        ? new MembershipTableData(row.ToTuple(), content.TableVersion)
        : new MembershipTableData(content.TableVersion));

    public Task<MembershipTableData> ReadAll() =>
        Access(content => new MembershipTableData([.. content.Rows.Select(row => row.ToTuple())], content.TableVersion));

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => Access(content =>
    {
        if (content.Find(entry.SiloAddress) is not null || tableVersion.VersionEtag != content.TableVersion.VersionEtag)
            return false;
        content.Rows.Add(Row.From(entry, 0));
        content.Version = tableVersion.Version;
        return true;
    });

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => Access(content =>
    {
        if (content.Find(entry.SiloAddress) is not { } row || row.Etag != etag || tableVersion.VersionEtag != content.TableVersion.VersionEtag)
            return false;
        content.Rows[content.Rows.IndexOf(row)] = Row.From(entry, row.Number + 1);
        content.Version = tableVersion.Version;
        return true;
    });

    public Task UpdateIAmAlive(MembershipEntry entry) => Access(content =>
    {
        if (content.Find(entry.SiloAddress) is { } row)
            row.IAmAliveTime = entry.IAmAliveTime;
    });

    private Task<bool> Access(Action<Content> action) => Access(content =>
    {
        action(content);
        return true;
    });

    /// <summary>
    /// Reads the file, and replaces it if that changed anything, while nobody else can. Replaced as a whole: a process that is killed in
    /// the middle leaves the old one.
    /// </summary>
    private async Task<T> Access<T>(Func<Content, T> action)
    {
        await using var mine = await Lock();
        var before = File.Exists(path) ? await File.ReadAllTextAsync(path) : "{}";
        var content = JsonSerializer.Deserialize<Content>(before)!;
        var result = action(content);
        var after = JsonSerializer.Serialize(content);
        if (after != before)
        {
            await File.WriteAllTextAsync(path + ".new", after);
            File.Move(path + ".new", path, overwrite: true);
        }

        return result;
    }

    private async Task<FileStream> Lock()
    {
        var until = DateTime.UtcNow + LockPatience;
        while (true)
        {
            try
            {
                return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < until)
            {
                await Task.Delay(5);
            }
        }
    }

    private sealed class Content
    {
        public int Version { get; set; }

        public List<Row> Rows { get; set; } = [];

        [JsonIgnore]
        public TableVersion TableVersion => new(Version, Version.ToString(CultureInfo.InvariantCulture));

        public Row? Find(SiloAddress silo) => Rows.Find(row => row.Silo == silo.ToParsableString());
    }

    private sealed class Row
    {
        public string Silo { get; set; } = string.Empty;

        public int Number { get; set; }

        public SiloStatus Status { get; set; }

        public string Name { get; set; } = string.Empty;

        public int ProxyPort { get; set; }

        public DateTime StartTime { get; set; }

        public DateTime IAmAliveTime { get; set; }

        public Dictionary<string, DateTime> Votes { get; set; } = [];

        [JsonIgnore]
        public string Etag => Number.ToString(CultureInfo.InvariantCulture);

        public static Row From(MembershipEntry entry, int number) => new()
        {
            Silo = entry.SiloAddress.ToParsableString(),
            Number = number,
            Status = entry.Status,
            Name = entry.SiloName,
            ProxyPort = entry.ProxyPort,
            StartTime = entry.StartTime,
            IAmAliveTime = entry.IAmAliveTime,
            Votes = (entry.SuspectTimes ?? []).GroupBy(vote => vote.Item1.ToParsableString())
                .ToDictionary(votes => votes.Key, votes => votes.Max(vote => vote.Item2)),
        };

        public Tuple<MembershipEntry, string> ToTuple() => Tuple.Create(
            new MembershipEntry
            {
                SiloAddress = SiloAddress.FromParsableString(Silo),
                Status = Status,
                SiloName = Name,
                HostName = "localhost",
                ProxyPort = ProxyPort,
                StartTime = StartTime,
                IAmAliveTime = IAmAliveTime,
                SuspectTimes = [.. Votes.Select(vote => Tuple.Create(SiloAddress.FromParsableString(vote.Key), vote.Value))],
            },
            Etag);
    }
}
