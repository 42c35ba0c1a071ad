using Orleans.Runtime;

namespace Orleans;

/// <summary>
/// The authority on who is in the cluster: one row per silo instance and one version, which every change of a row's status raises
/// by compare-and-swap. Because all changes pass through the version, they have one order that every silo agrees on, and a silo
/// that was declared dead can never be brought back by somebody who had not heard of it.
/// </summary>
public interface IMembershipTable
{
    /// <summary>Prepares the table. Called before anything else.</summary>
    /// <param name="tryInitTableVersion">Whether to create the version row (version 0) where there is none.</param>
    Task InitializeMembershipTable(bool tryInitTableVersion);

    /// <summary>Deletes every row of one cluster.</summary>
    Task DeleteMembershipTableEntries(string clusterId);

    /// <summary>Deletes the rows of silos that are no longer active and gave no sign of life since <paramref name="beforeDate"/>.</summary>
    Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate);

    /// <summary>Reads one silo's row and the version, atomically.</summary>
    Task<MembershipTableData> ReadRow(SiloAddress key);

    /// <summary>Reads all rows and the version, atomically.</summary>
    Task<MembershipTableData> ReadAll();

    /// <summary>Adds a row and sets the version, atomically.</summary>
    /// <returns>False, with nothing changed, where the row exists already or the version's etag is not the table's.</returns>
    Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion);

    /// <summary>Replaces a row and sets the version, atomically.</summary>
    /// <returns>False, with nothing changed, where there is no such row, its etag is another one, or the version's etag is not the table's.</returns>
    Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion);

    /// <summary>
    /// Writes one silo's <see cref="MembershipEntry.IAmAliveTime"/> in place: no etag is asked for and the version does not change, so
    /// that heartbeats never make a status change of somebody else fail.
    /// </summary>
    Task UpdateIAmAlive(MembershipEntry entry);
}
