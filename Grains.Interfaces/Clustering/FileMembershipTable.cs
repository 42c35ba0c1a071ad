using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>
/// Orleans' membership table over a <see cref="ClusterFile"/>: every change is one compare-and-swap of the whole file. Votes of voters that are dead themselves are not told: a silo that was cut off
/// has voted against all others before they gave it up, and what it thought in that life must not count together with what it thinks in the next one.
/// </summary>
public sealed class FileMembershipTable : IMembershipTable
{
    private readonly ClusterFile _file;
    private readonly string _clusterId;

    public FileMembershipTable(IOptions<FileClusteringOptions> options, IOptions<ClusterOptions> cluster, TimeProvider time)
        : this(new ClusterFile(options.Value, time), cluster.Value.ClusterId)
    {
    }

    internal FileMembershipTable(ClusterFile file, string clusterId)
    {
        _file = file;
        _clusterId = clusterId;
    }

    /// <inheritdoc/>
    public async Task InitializeMembershipTable(bool tryInitTableVersion)
    {
        _file.Prepare();
        if (!tryInitTableVersion) return;
        await _file.UpdateAsync(content => (Owned(content) is { ClusterId: "" } unowned ? unowned with { ClusterId = _clusterId } : null, true));
    }

    /// <inheritdoc/>
    public Task DeleteMembershipTableEntries(string clusterId) =>
        _file.UpdateAsync(content =>
            (content.ClusterId == clusterId && content.Members.Length > 0 ? Stepped(content, content.TableVersion, []) : null, true));

    /// <inheritdoc/>
    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) =>
        _file.UpdateAsync(content =>
        {
            var kept = Owned(content).Members.RemoveAll(member => IsDefunct(member, beforeDate.UtcDateTime));
            return (kept.Length < content.Members.Length ? content with { Members = kept } : null, true);
        });

    /// <inheritdoc/>
    public Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        var content = Owned(_file.Read());
        var index = IndexOf(content, key);
        return Task.FromResult(index < 0
            ? new MembershipTableData(Version(content))
            : new MembershipTableData(Row(content.Members[index], Dead(content)), Version(content)));
    }

    /// <inheritdoc/>
    public Task<MembershipTableData> ReadAll()
    {
        var content = Owned(_file.Read());
        var rows = new List<Tuple<MembershipEntry, string>>(content.Members.Length);
        var dead = Dead(content);
        foreach (var member in content.Members) rows.Add(Row(member, dead));
        return Task.FromResult(new MembershipTableData(rows, Version(content)));
    }

    /// <inheritdoc/>
    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) =>
        _file.UpdateAsync(content =>
        {
            if (Owned(content).TableEtag != tableVersion.VersionEtag || IndexOf(content, entry.SiloAddress) >= 0) return (null, false);
            var row = ClusterFileRows.FromEntry(entry, NextEtag(content));
            return (Stepped(content, tableVersion.Version, content.Members.Add(row)), true);
        });

    /// <inheritdoc/>
    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        _file.UpdateAsync(content =>
        {
            var index = IndexOf(Owned(content), entry.SiloAddress);
            if (index < 0 || content.Members[index].Etag != etag || content.TableEtag != tableVersion.VersionEtag) return (null, false);
            var row = ClusterFileRows.FromEntry(entry, NextEtag(content)) with { Unknown = content.Members[index].Unknown };
            return (Stepped(content, tableVersion.Version, content.Members.SetItem(index, row)), true);
        });

    /// <inheritdoc/>
    public Task UpdateIAmAlive(MembershipEntry entry) =>
        _file.UpdateAsync(content =>
        {
            // The row's etag stays: a sign of life must not make a concurrent vote about the row fail.
            var index = IndexOf(Owned(content), entry.SiloAddress);
            if (index < 0) return (null, false);
            var row = content.Members[index] with { AliveTime = ClusterFileRows.Utc(entry.IAmAliveTime) };
            return (content with { Members = content.Members.SetItem(index, row) }, true);
        });

    private ClusterFileContent Owned(ClusterFileContent content)
    {
        if (content.ClusterId.Length > 0 && content.ClusterId != _clusterId)
        {
            throw new ClusterFileException(
                $"The cluster file '{_file.FullPath}' belongs to cluster '{content.ClusterId}', this silo to '{_clusterId}'.");
        }

        return content;
    }

    private ClusterFileContent Stepped(ClusterFileContent content, int version, ImmutableArray<ClusterFileMember> members) =>
        content with { ClusterId = _clusterId, TableVersion = version, TableEtag = NextEtag(content), Members = members };

    // No two writes have the same sequence, so no two states of a row or of the table have the same etag.
    private static string NextEtag(ClusterFileContent content) => (content.Sequence + 1).ToString(CultureInfo.InvariantCulture);

    private static TableVersion Version(ClusterFileContent content) => new(content.TableVersion, content.TableEtag);

    // The votes on a dead silo stay, to tell who it was.
    private static Tuple<MembershipEntry, string> Row(ClusterFileMember member, HashSet<string> dead)
    {
        var told = member.Status == nameof(SiloStatus.Dead) ? member : member with { Suspicions = member.Suspicions.RemoveAll(vote => dead.Contains(vote.By)) };
        return new(ClusterFileRows.ToEntry(told), member.Etag);
    }

    private static HashSet<string> Dead(ClusterFileContent content) =>
        [.. content.Members.Where(member => member.Status == nameof(SiloStatus.Dead)).Select(member => member.Silo)];

    private static int IndexOf(ClusterFileContent content, SiloAddress silo)
    {
        var address = silo.ToParsableString();
        for (var i = 0; i < content.Members.Length; i++)
        {
            if (content.Members[i].Silo == address) return i;
        }

        return -1;
    }

    // An active silo's row is never dropped, however old: it is for the membership protocol to declare it dead first.
    private static bool IsDefunct(ClusterFileMember member, DateTime before) =>
        member.Status != nameof(SiloStatus.Active) && member.AliveTime < before && member.StartTime < before;
}
