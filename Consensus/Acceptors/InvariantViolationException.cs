namespace Orleans.Kv.Consensus;

/// <summary>
/// The protocol's own rules are broken: a ballot with two states, a stamp that cannot rise. Some machine, disk or program is lying, and every
/// further answer could spread it. The shell must not catch this and go on: it stops the node.
/// </summary>
public sealed class InvariantViolationException : Exception
{
    public InvariantViolationException()
        : base("a protocol invariant is broken")
    {
    }

    public InvariantViolationException(string message)
        : base(message)
    {
    }

    public InvariantViolationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
