namespace Orleans.Configuration;

/// <summary>Where a silo finds the membership table.</summary>
public class AdoNetClusteringSiloOptions
{
    public string? ConnectionString { get; set; }

    /// <summary>Which kind of database it is. There is one here: <c>Npgsql</c>, PostgreSQL.</summary>
    public string Invariant { get; set; } = null!;
}
