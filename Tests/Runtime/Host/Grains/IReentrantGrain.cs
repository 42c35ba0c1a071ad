namespace Orleans.Kv.Tests.Runtime.Host.Grains;

/// <summary>As <see cref="ITurnGrain"/>, but calls may run between the awaits of others.</summary>
public interface IReentrantGrain : IGrainWithStringKey
{
    Task Hold();

    Task Touch();

    Task Release();

    Task<TurnState> Peek();

    /// <summary>Adds to a field a million times without an await: only right if no two turns run at the same instant.</summary>
    Task<long> Spin();
}
