namespace Orleans.Runtime.Messaging;

/// <summary>First byte of every frame.</summary>
internal enum FrameKind : byte
{
    None = 0,

    /// <summary>Who the sender is, and whom it means to talk to. Always first, in both directions.</summary>
    Hello = 1,

    /// <summary>The connection is refused, with the reason. The sender closes after it.</summary>
    Refusal = 2,

    Request = 3,
    Response = 4,

    /// <summary>The request was not answered by its target, but turned away on the way to it.</summary>
    Rejection = 5,

    /// <summary>Of one host's engine to another's: probes, directory, statistics.</summary>
    SystemRequest = 6,
    SystemResponse = 7,

    /// <summary>The sender is about to close: nothing new shall be sent to it. Answers still come.</summary>
    Farewell = 8,
}
