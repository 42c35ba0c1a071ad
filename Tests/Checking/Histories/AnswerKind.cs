namespace Orleans.Kv.Tests.Checking.Histories;

/// <summary>How an operation ended, as its client knows it.</summary>
public enum AnswerKind : byte
{
    /// <summary>No answer, or "unknown": the operation may have taken effect at any time since it was sent, and may do so at any time to come.</summary>
    Unknown,

    /// <summary>The system promised that it did not happen and never will. Such an operation is no part of the history.</summary>
    NotDone,

    /// <summary>A fetch that found a value; a store or update that replaced one; a delete that removed one; a test-and-set that swapped.</summary>
    Done,

    /// <summary>A store that found nothing before it.</summary>
    Created,

    /// <summary>There was nothing under the key.</summary>
    NotFound,

    /// <summary>A condition did not hold (version, absence, expected value): nothing changed.</summary>
    ConditionFailed,
}
