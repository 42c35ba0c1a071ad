using Orleans.Kv.Tests.Checking.Histories;

namespace Orleans.Kv.Tests.Checking.Models;

/// <summary>
/// One key of the store, as operations that come one after another see it: absent, or a value with a version. Versions rise strictly
/// with every write, across deletes too; by how much is the store's affair.
/// </summary>
/// <remarks>
/// Every step has at most one result, which is what makes the check fast; <see cref="ConcreteRegisterModel"/> says the same by brute force.
/// The two differ in one corner, where this one is the more lenient: a version condition that failed, without naming the version it found,
/// on a value whose version nobody has told.
/// </remarks>
public static class RegisterModel
{
    /// <summary>
    /// Whether <paramref name="entry"/> can take effect in <paramref name="state"/> with the answer that it got. An operation whose
    /// outcome is unknown "can" only where it changes something: without effect it is as if it had not happened.
    /// </summary>
    public static bool TryStep(in RegisterState state, in HistoryEntry entry, out RegisterState next)
    {
        next = state;
        var request = entry.Operation;
        var answer = entry.Answer;
        return answer.Kind switch
        {
            AnswerKind.NotFound => !state.Present && request.Kind is (OperationKind.Fetch or OperationKind.Update or OperationKind.Delete or OperationKind.Touch),
            AnswerKind.ConditionFailed => request.Kind == OperationKind.TestAndSet
                ? TryMismatch(state, request, answer, ref next)
                : TryRefused(state, request, answer, ref next),
            _ when request.Kind == OperationKind.Fetch => answer.Kind == AnswerKind.Done && TryFound(state, answer, ref next),
            _ => TryChange(state, request, answer, out next),
        };
    }

    /// <summary>Whether the answer says that nothing was changed.</summary>
    public static bool IsReader(in HistoryEntry entry) =>
        entry.Operation.Kind == OperationKind.Fetch || entry.Answer.Kind is AnswerKind.NotFound or AnswerKind.ConditionFailed;

    /// <summary>
    /// The highest <see cref="RegisterState.Floor"/> that a state may have in which this operation can still take effect with its answer:
    /// what the future is known to say about the present.
    /// </summary>
    public static long Ceiling(in HistoryEntry entry)
    {
        if (entry.Answer.Kind is AnswerKind.Unknown or AnswerKind.NotFound)
            return long.MaxValue;
        var version = entry.Answer.Version;
        if (entry.Answer.Kind == AnswerKind.ConditionFailed)
            return version > 0 ? version : long.MaxValue;
        var told = version == Told.Nothing ? long.MaxValue
            : entry.Operation.Kind == OperationKind.Fetch ? version
            : version - 1;
        return entry.Operation.IfVersion == Told.Nothing ? told : Math.Min(told, entry.Operation.IfVersion);
    }

    private static bool TryFound(in RegisterState state, in Answer answer, ref RegisterState next) =>
        state.Present && state.Value == answer.Value && TryPin(ref next, answer.Version);

    private static bool TryMismatch(in RegisterState state, in Operation request, in Answer answer, ref RegisterState next)
    {
        var found = state.Present ? state.Value : Told.Absent;
        return found != request.Expect
            && (answer.Value == Told.Nothing || answer.Value == found)
            && TryFoundVersion(ref next, answer.Version);
    }

    private static bool TryRefused(in RegisterState state, in Operation request, in Answer answer, ref RegisterState next)
    {
        if (!TryFoundVersion(ref next, answer.Version))
            return false;
        if (!state.Present)
            return request.IfVersion != Told.Nothing;
        if (request.IfAbsent)
            return true;
        return request.IfVersion != Told.Nothing && !(next.Exact && next.Floor == request.IfVersion);
    }

    /// <summary>A failed condition names the version that it found, and 0 where it found nothing.</summary>
    private static bool TryFoundVersion(ref RegisterState state, long version) =>
        state.Present ? TryPin(ref state, version) : version is Told.Nothing or 0;

    private static bool TryChange(in RegisterState state, in Operation request, in Answer answer, out RegisterState next)
    {
        var before = state;
        next = state;
        if (request.IfVersion != Told.Nothing && (!state.Present || !TryPin(ref before, request.IfVersion)))
            return false;
        var applies = request.Kind switch
        {
            OperationKind.Store => answer.Kind switch
            {
                AnswerKind.Created => !state.Present,
                AnswerKind.Done => state.Present && !request.IfAbsent,
                _ => !(request.IfAbsent && state.Present),
            },
            OperationKind.TestAndSet => (state.Present ? state.Value : Told.Absent) == request.Expect && answer.Kind != AnswerKind.Created,
            _ => state.Present && answer.Kind != AnswerKind.Created,
        };
        if (!applies || (answer.Version != Told.Nothing && answer.Version <= before.Floor))
            return false;

        var told = answer.Version != Told.Nothing;
        next = request.Kind == OperationKind.Delete
            ? new RegisterState(false, 0, told ? answer.Version : before.Floor, true)
            : new RegisterState(true, request.Kind == OperationKind.Touch ? before.Value : request.Value, told ? answer.Version : before.Floor + 1, told);
        return true;
    }

    private static bool TryPin(ref RegisterState state, long version)
    {
        if (version == Told.Nothing)
            return true;
        if (state.Exact ? version != state.Floor : version < state.Floor)
            return false;
        state = state with { Floor = version, Exact = true };
        return true;
    }
}
