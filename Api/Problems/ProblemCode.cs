namespace Orleans.Kv.Api.Problems;

/// <summary>The stable <c>code</c> of every problem document. Clients decide by these; the titles and details are for people.</summary>
internal static class ProblemCode
{
    public const string Malformed = "malformed";
    public const string UnknownField = "unknown-field";
    public const string DuplicateField = "duplicate-field";
    public const string MissingField = "missing-field";
    public const string WrongType = "wrong-type";
    public const string InvalidField = "invalid-field";
    public const string BodyTooLarge = "body-too-large";
    public const string ValueTooLarge = "value-too-large";
    public const string AnswerTooLarge = "answer-too-large";
    public const string Invalid = "invalid";
    public const string NotFound = "not-found";
    public const string NoSuchNode = "no-such-node";
    public const string NoSuchConflict = "no-such-conflict";
    public const string LastNode = "last-node";
    public const string NodeDead = "node-dead";
    public const string RecoverImpossible = "recover-impossible";
    public const string MapChanged = "map-changed";
    public const string NoSuchResource = "no-such-resource";
    public const string MethodNotAllowed = "method-not-allowed";
    public const string ConditionFailed = "condition-failed";
    public const string Overloaded = "overloaded";
    public const string TooSlow = "too-slow";
    public const string TooManyKeys = "too-many-keys";
    public const string Unauthenticated = "unauthenticated";
    public const string Forbidden = "forbidden";
    public const string ForeignOrigin = "foreign-origin";
    public const string NotAcceptable = "not-acceptable";
    public const string NoQuorum = "no-quorum";
    public const string PendingFull = "pending-full";
    public const string Forming = "forming";
    public const string Unavailable = "unavailable";
    public const string UnknownOutcome = "unknown-outcome";
    public const string Internal = "internal";
}
