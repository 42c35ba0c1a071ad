using System.Diagnostics;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Interfaces.Observing;

namespace Orleans.Kv.Grains.Observing;

/// <summary>The rounds of one proposer as activities: those of its operations that are part of a trace, and the round that is open for them. On the proposer's scheduler alone.</summary>
internal sealed class RoundTrace
{
    private readonly List<PendingReply> _waiting = [];
    private Activity? _open;

    /// <summary>The open round, for whoever sends its messages. Read from any thread.</summary>
    public Activity? Open => Volatile.Read(ref _open);

    public bool IsEmpty => _waiting.Count == 0 && _open is null;

    public void Add(PendingReply pending) => _waiting.Add(pending);

    /// <summary>A new round begins, and with it the one before has ended.</summary>
    public void Begin(Request request)
    {
        CallTrace.End(_open);
        var first = _waiting.Count > 0 ? _waiting[0].Trace : null;
        Volatile.Write(ref _open, first is null ? null : SiloTraces.Round(request, first, _waiting.Skip(1).Select(pending => pending.Trace!)));
    }

    public void Answered(PendingReply pending) => _waiting.Remove(pending);

    /// <summary>No round is open any more.</summary>
    public void End()
    {
        CallTrace.End(_open);
        Volatile.Write(ref _open, null);
    }
}
