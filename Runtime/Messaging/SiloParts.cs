using Orleans.Runtime.GrainDirectory;
using Orleans.Runtime.Management;

namespace Orleans.Runtime.Messaging;

/// <summary>What messages can be for.</summary>
internal sealed record SiloParts(
    GrainClasses Classes,
    SiloCallServices Calls,
    RequestDispatcher Dispatcher,
    GrainDirectoryService Directory,
    ClientRegistry Clients,
    MembershipTransport Membership,
    Lazy<SiloControl> Control,
    Lazy<IMembershipTable> Table);
