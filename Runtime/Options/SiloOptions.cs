namespace Orleans.Configuration;

public class SiloOptions
{
    /// <summary>Stable name of the silo across restarts. Made up from a random number where none is given.</summary>
    public string? SiloName { get; set; }
}
