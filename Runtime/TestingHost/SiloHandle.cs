using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>A silo that a test started, and the way to stop it.</summary>
public abstract class SiloHandle : IDisposable, IAsyncDisposable
{
    public TestClusterOptions? ClusterOptions { get; set; }

    public short InstanceNumber { get; set; }

    public string Name { get; set; } = default!;

    public SiloAddress SiloAddress { get; set; } = default!;

    public SiloAddress GatewayAddress { get; set; } = default!;

    /// <summary>Whether it was started and not stopped since.</summary>
    public abstract bool IsActive { get; }

    /// <summary>Stops the silo: with a good-bye to the others, or abruptly, as if it had been killed.</summary>
    public abstract Task StopSiloAsync(bool stopGracefully);

    /// <summary>Stops the silo; abruptly from the moment the token is cancelled.</summary>
    public abstract Task StopSiloAsync(CancellationToken ct);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    public abstract ValueTask DisposeAsync();

    public override string ToString() => $"{Name} at {SiloAddress}";

    protected virtual void Dispose(bool disposing)
    {
    }
}
