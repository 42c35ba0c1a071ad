using Orleans.Kv.Tests.Checking.Histories;

namespace Orleans.Kv.Tests.Checking.Models;

/// <summary>
/// The dumb twin of <see cref="RegisterModel"/>: a register as one would explain it to a child, which guesses each version that nobody
/// has told by trying them all. Only for small histories with small versions; it exists to be compared with.
/// </summary>
/// <param name="highestVersion">No version above this one is tried.</param>
public sealed class ConcreteRegisterModel(long highestVersion) : ISequentialModel<ConcreteState, HistoryEntry>
{
    public ConcreteState Initial => new(false, 0, 0);

    public bool IsOptional(HistoryEntry operation) => operation.Answer.Kind == AnswerKind.Unknown;

    public IEnumerable<ConcreteState> Step(ConcreteState state, HistoryEntry operation)
    {
        // What a register in exactly this state would do, then whether that is what the client was told.
        var request = operation.Operation;
        var versionHolds = request.IfVersion == Told.Nothing || (state.Present && state.Version == request.IfVersion);
        var found = state.Present ? state.Value : Told.Absent;
        var foundVersion = state.Present ? state.Version : 0;
        return request.Kind switch
        {
            OperationKind.Fetch => state.Present
                ? Same(state, operation, AnswerKind.Done, state.Value, state.Version)
                : Same(state, operation, AnswerKind.NotFound, Told.Nothing, Told.Nothing),
            OperationKind.Store when !versionHolds || (request.IfAbsent && state.Present) =>
                Same(state, operation, AnswerKind.ConditionFailed, Told.Nothing, foundVersion),
            OperationKind.Store => Written(state, operation, state.Present ? AnswerKind.Done : AnswerKind.Created),
            OperationKind.Update or OperationKind.Delete or OperationKind.Touch when !state.Present =>
                request.IfVersion != Told.Nothing && operation.Answer.Kind == AnswerKind.ConditionFailed
                    ? Same(state, operation, AnswerKind.ConditionFailed, Told.Nothing, 0)
                    : Same(state, operation, AnswerKind.NotFound, Told.Nothing, Told.Nothing),
            OperationKind.Update or OperationKind.Delete or OperationKind.Touch when !versionHolds =>
                Same(state, operation, AnswerKind.ConditionFailed, Told.Nothing, foundVersion),
            OperationKind.Update => Written(state, operation, AnswerKind.Done),
            OperationKind.Touch => Written(state, operation, AnswerKind.Done),
            OperationKind.Delete => Deleted(state, operation),
            _ when found != request.Expect => Same(state, operation, AnswerKind.ConditionFailed, found, foundVersion),
            _ => Written(state, operation, AnswerKind.Done),
        };
    }

    private static IEnumerable<ConcreteState> Same(ConcreteState state, HistoryEntry operation, AnswerKind kind, long value, long version)
    {
        var told = operation.Answer;
        if (told.Kind == kind && (told.Value == Told.Nothing || told.Value == value) && (told.Version == Told.Nothing || told.Version == version))
            yield return state;
    }

    private IEnumerable<ConcreteState> Written(ConcreteState state, HistoryEntry operation, AnswerKind kind)
    {
        var told = operation.Answer;
        if (told.Kind != kind && told.Kind != AnswerKind.Unknown)
            yield break;
        for (var version = state.Version + 1; version <= highestVersion; version++)
        {
            if (told.Version == Told.Nothing || told.Version == version)
                yield return new ConcreteState(true, operation.Operation.Kind == OperationKind.Touch ? state.Value : operation.Operation.Value, version);
        }
    }

    private IEnumerable<ConcreteState> Deleted(ConcreteState state, HistoryEntry operation)
    {
        var told = operation.Answer;
        if (told.Kind is not (AnswerKind.Done or AnswerKind.Unknown))
            yield break;

        // Whether a delete takes a version of its own is the register's affair; where the answer names one it counts.
        if (told.Version == Told.Nothing)
            yield return new ConcreteState(false, 0, state.Version);
        else if (told.Version > state.Version && told.Version <= highestVersion)
            yield return new ConcreteState(false, 0, told.Version);
    }
}
