namespace Orleans.Kv.Api.Routing;

/// <summary>The operations of one key in a batch, by their places in it and in that order.</summary>
internal sealed class BatchTurn
{
    public List<int> Indexes { get; } = new(1);

    /// <summary>The call that the first ones go out with; null where each goes alone.</summary>
    public BatchCall? Call { get; private set; }

    /// <summary>The place of the first one in that call; the others follow.</summary>
    public int Position { get; private set; }

    /// <summary>How many go out with the call.</summary>
    public int InCall { get; private set; }

    public void Join(BatchCall call, int position, int count) => (Call, Position, InCall) = (call, position, count);

    public void LeaveCall() => (Call, Position, InCall) = (null, 0, 0);
}
