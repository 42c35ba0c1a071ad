namespace Orleans.Runtime.Messaging;

/// <summary>Why a request was turned away; decides the exception that its caller sees.</summary>
internal enum RejectionKind : byte
{
    Unknown = 0,
    SiloUnavailable = 1,
    Overloaded = 2,
    ClientGone = 3,
    GatewayBusy = 4,

    /// <summary>Passed on too often, or nowhere to go.</summary>
    Undeliverable = 5,
    Timeout = 6,
}
