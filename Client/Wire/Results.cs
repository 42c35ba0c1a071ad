using System.Net;

namespace Orleans.Kv.Client.Wire;

/// <summary>What answers mean, of single requests and of a batch's operations alike.</summary>
internal static class Results
{
    /// <exception cref="KvException">It is neither done nor refused for a reason that a caller expects.</exception>
    public static KvWriteResult Write(string key, HttpStatusCode status, Answer answer, bool isDelete)
    {
        if (status == HttpStatusCode.Accepted || !answer.Committed) return new KvWriteResult(key, KvWriteStatus.NotCommitted, 0);
        if ((int)status is >= 200 and < 300)
        {
            var done = isDelete ? KvWriteStatus.Deleted : status == HttpStatusCode.Created || answer.Created ? KvWriteStatus.Created : KvWriteStatus.Replaced;
            return new KvWriteResult(key, done, answer.Version ?? 0);
        }

        return answer.Code switch
        {
            KvErrorCode.NotFound => new KvWriteResult(key, KvWriteStatus.NotFound, 0) { Stale = answer.Stale },
            KvErrorCode.ConditionFailed => new KvWriteResult(key, KvWriteStatus.ConditionFailed, answer.Version ?? 0) { Stale = answer.Stale },
            _ => throw answer.ToException(status),
        };
    }

    public static KvTestAndSetResult TestAndSet(Answer answer) => new(answer.Swapped, answer.Version ?? 0, answer.ToValue());
}
