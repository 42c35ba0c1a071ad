namespace Orleans.Runtime.Messaging;

/// <summary>Rejections as exceptions and back, so that one keeps its kind on its way through a relaying silo.</summary>
internal static class Rejections
{
    public static Exception ToException(RejectionKind kind, string message) => kind switch
    {
        RejectionKind.SiloUnavailable => new SiloUnavailableException(message),
        RejectionKind.Overloaded => new LimitExceededException(message),
        RejectionKind.ClientGone => new ClientNotAvailableException(message),
        RejectionKind.GatewayBusy => new GatewayTooBusyException(message),
        RejectionKind.Timeout => new TimeoutException(message),
        _ => new OrleansMessageRejectionException(message),
    };

    public static RejectionKind KindOf(Exception exception) => exception switch
    {
        SiloUnavailableException or ConnectionFailedException => RejectionKind.SiloUnavailable,
        LimitExceededException => RejectionKind.Overloaded,
        ClientNotAvailableException => RejectionKind.ClientGone,
        GatewayTooBusyException => RejectionKind.GatewayBusy,
        TimeoutException => RejectionKind.Timeout,
        OrleansMessageRejectionException => RejectionKind.Undeliverable,
        _ => RejectionKind.Unknown,
    };

    /// <summary>Whether this is an answer of the way to the target, which no serializer needs to know.</summary>
    public static bool IsRejection(Exception exception) => KindOf(exception) != RejectionKind.Unknown;
}
