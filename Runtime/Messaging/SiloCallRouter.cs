using Orleans.Runtime.GrainDirectory;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime.Messaging;

/// <summary>Calls made in a silo.</summary>
internal sealed class SiloCallRouter(
    MessageCenter center, SiloCallServices calls, RequestDispatcher dispatcher, GrainDirectoryService directory, CallTimeouts timeouts)
    : ICallRouter
{
    public ILocationListener Locations => directory;

    public void Send(in RequestHeader header, IInvokable request, PendingCall? call)
    {
        if (dispatcher.TryGetRemote(header.Target, out var silo))
        {
            center.Connect(silo).SendRequest(header, request, call);
            return;
        }

        // It stays in this process, or nobody knows yet: the callee must not see the caller's later changes.
        var copy = calls.Codec.CopyRequest(request);
        var id = call is null ? 0 : calls.LocalCalls.Add(call);
        timeouts.Arm();
        dispatcher.Dispatch(new RequestMessage(calls, header, copy, id));
    }
}
