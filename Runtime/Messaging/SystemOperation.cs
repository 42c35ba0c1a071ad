namespace Orleans.Runtime.Messaging;

/// <summary>What one silo's engine can ask of another's. Numbers are wire format.</summary>
internal enum SystemOperation : byte
{
    None = 0,
    Probe = 1,
    ProbeThrough = 2,
    Gossip = 3,
    MembershipTable = 4,
    DirectoryLookup = 10,
    DirectoryRegister = 11,
    DirectoryUnregister = 12,
    DirectorySync = 13,
    FindClient = 20,
    Statistics = 30,
    Manage = 31,
}
