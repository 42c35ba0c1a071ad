namespace Orleans.Kv.Client;

/// <summary>The stable codes that a program decides by. Those of the API host, and a few of the client's own.</summary>
public static class KvErrorCode
{
    /// <summary><c>ifVersion</c> or <c>ifAbsent</c> did not hold.</summary>
    public const string ConditionFailed = "condition-failed";

    /// <summary>The API host has tokens, and <see cref="KvClientOptions.Token"/> is none of them.</summary>
    public const string Unauthenticated = "unauthenticated";

    /// <summary>The token's role does not allow it.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>Nothing is stored under the key.</summary>
    public const string NotFound = "not-found";

    /// <summary>A bound of the store is met; not done.</summary>
    public const string Overloaded = "overloaded";

    /// <summary>Too few of the key's replicas can be reached; not done.</summary>
    public const string NoQuorum = "no-quorum";

    /// <summary>As many writes wait for a quorum as a silo may keep; not done.</summary>
    public const string PendingFull = "pending-full";

    /// <summary>There is no cluster yet; not done.</summary>
    public const string Forming = "forming";

    /// <summary>No silo could serve; not done.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>A fetch of a batch whose answer is full already; fetch that key in another one.</summary>
    public const string AnswerTooLarge = "answer-too-large";

    /// <summary>Done, not done, or to be done yet: nobody can know.</summary>
    public const string UnknownOutcome = "unknown-outcome";

    /// <summary>No endpoint could be reached before the call's time was up; not done. The client's own.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>What answered is not an API host of Orleans.Kv, or a faulty one. The client's own.</summary>
    public const string BadAnswer = "bad-answer";

    /// <summary>The value is of another media type than was asked for. The client's own.</summary>
    public const string NotJson = "not-json";
}
