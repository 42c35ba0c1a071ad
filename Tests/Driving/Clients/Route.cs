namespace Orleans.Kv.Tests.Driving.Clients;

/// <summary>Where a user sends requests, and where to send one once more that got no answer, or none that says what became of it.</summary>
/// <param name="First">Where every request goes first.</param>
/// <param name="Second">Another host; null to leave it at the first.</param>
public sealed record Route(Endpoint First, Endpoint? Second = null)
{
    public static implicit operator Route(Endpoint endpoint) => new(endpoint);
}
