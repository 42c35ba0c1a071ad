using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>Something that takes its place among the requests of an activation: a request, or a timer's tick.</summary>
internal abstract class Turn
{
    private Action? _onCompleted;
    private ITurnSink? _sink;
    private ValueTask<Response> _running;

    public virtual bool IsReadOnly => false;

    public virtual bool IsAlwaysInterleave => false;

    public virtual Guid ReentrancyId => Guid.Empty;

    /// <summary>Whether this keeps the activation from being idle.</summary>
    public virtual bool CountsAsUse => true;

    /// <summary>The call, for predicates that decide on interleaving.</summary>
    public virtual IInvokable? Invokable => null;

    /// <summary>Whether it may jump a queue of others.</summary>
    public bool MayJump => IsAlwaysInterleave || IsReadOnly || ReentrancyId != Guid.Empty;

    /// <summary>Runs it. The response is the turn's to hand on in <see cref="Complete"/>.</summary>
    public abstract ValueTask<Response> Invoke(IGrainContext context);

    public abstract void Complete(Response response);

    /// <summary>It will not run here.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>Tells <paramref name="sink"/> when the running call is done.</summary>
    public void Await(ValueTask<Response> running, ITurnSink sink)
    {
        _running = running;
        _sink = sink;
        _onCompleted ??= OnCompleted;

        // On the thread that completes it, which is the turn in which the grain's method returns: no further hop.
        running.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_onCompleted);
    }

    private void OnCompleted() => _sink!.OnTurnCompleted(this, Finish(_running));

    public static Response Finish(ValueTask<Response> completed)
    {
        try
        {
            return completed.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            return Response.FromException(exception);
        }
    }
}
