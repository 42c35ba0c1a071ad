namespace Orleans.Kv.Interfaces.Security;

/// <summary>By what a host proves that it belongs to the cluster, and by what it recognises others: PEM files, all or none.</summary>
public sealed class ClusterTlsOptions
{
    public string? Certificate { get; set; }

    public string? Key { get; set; }

    /// <summary>The certificates of the authority that signs the cluster's hosts, and nothing else.</summary>
    public string? Authority { get; set; }

    public bool IsGiven => Certificate is not null || Key is not null || Authority is not null;

    public IEnumerable<string> Faults()
    {
        if (IsGiven && (string.IsNullOrWhiteSpace(Certificate) || string.IsNullOrWhiteSpace(Key) || string.IsNullOrWhiteSpace(Authority)))
            yield return "--cluster-certificate, --cluster-key and --cluster-authority go together.";
    }
}
