namespace Orleans.Runtime.Messaging;

internal enum PeerKind : byte
{
    None = 0,
    Silo = 1,
    Client = 2,
}
