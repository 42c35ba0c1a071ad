namespace Orleans.Kv.Tests.Runtime.Host.Grains;

/// <summary>Tells about its activation. Its key says how it behaves when it is activated.</summary>
public interface ILifeGrain : IGrainWithStringKey
{
    /// <summary>Which activation this is: differs between two lives of one grain.</summary>
    Task<Guid> Instance();

    Task<SiloAddress> Silo();

    Task Deactivate();

    /// <summary>Keeps the activation busy for that long.</summary>
    Task Work(TimeSpan time);
}
