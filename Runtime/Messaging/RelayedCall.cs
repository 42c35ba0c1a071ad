using Orleans.Serialization.Invocation;

namespace Orleans.Runtime.Messaging;

/// <summary>A request that came from one connection and was passed on to another: its answer goes back unread.</summary>
internal sealed class RelayedCall(Connection origin, long originId, GrainId target, SiloAddress relayedTo, ILocationListener locations)
    : PendingCall
{
    public override void OnResponse(ReadOnlySpan<byte> body, SiloAddress? host)
    {
        if (host is not null)
        {
            locations.OnLocated(target, host);
        }

        origin.SendResponse(originId, body, host ?? relayedTo);
    }

    public override void OnLocalResponse(Response response) => origin.SendResponse(originId, response);

    public override void OnFailure(Exception exception)
    {
        locations.OnLost(target);
        var kind = Rejections.KindOf(exception);
        origin.SendRejection(originId, kind == RejectionKind.Unknown ? RejectionKind.Undeliverable : kind, exception.Message);
    }

    // The caller counts its own time; an answer now would only meet its timeout.
    public override void OnTimeout()
    {
    }
}
