using Orleans.Runtime.GrainDirectory;

namespace Orleans.Runtime.Messaging;

/// <summary>What messages can be for.</summary>
internal sealed record SiloParts(
    GrainClasses Classes,
    SiloCallServices Calls,
    RequestDispatcher Dispatcher,
    GrainDirectoryService Directory,
    ClientRegistry Clients,
    MembershipTransport Membership);
