#pragma warning disable CA1032 // A constructor of its own kind is the point: nothing but the type's name and message can be known elsewhere.
namespace Orleans.Kv.Tests.Runtime.Host.Grains;

/// <summary>An exception that nobody made serializable.</summary>
public sealed class UnknownException(string message, object cannotTravel) : Exception(message)
{
    public object CannotTravel => cannotTravel;
}
