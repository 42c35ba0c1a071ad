using System.Globalization;

namespace Orleans.Kv.Consensus;

/// <summary>
/// Who proposes. Never used by two proposer instances: a second instance that counts from zero under the same id would send the same ballot
/// with another state, and a committed value would be lost (phxpaxos#145). So <paramref name="Host"/> is random per process start, and
/// <paramref name="Instance"/> counts the proposers made in that process, across all keys.
/// </summary>
public readonly record struct ProposerId(ulong Host, ulong Instance) : IComparable<ProposerId>
{
    public int CompareTo(ProposerId other)
    {
        var byHost = Host.CompareTo(other.Host);
        return byHost != 0 ? byHost : Instance.CompareTo(other.Instance);
    }

    public static bool operator <(ProposerId left, ProposerId right) => left.CompareTo(right) < 0;
    public static bool operator >(ProposerId left, ProposerId right) => left.CompareTo(right) > 0;
    public static bool operator <=(ProposerId left, ProposerId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(ProposerId left, ProposerId right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host:x}.{Instance}");
}
