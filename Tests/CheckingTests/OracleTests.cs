using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Checking.Linearizability;
using Orleans.Kv.Tests.Checking.Models;

namespace Orleans.Kv.Tests.CheckingTests;

/// <summary>The fast checker and the dumb one share neither model nor algorithm; on small histories, correct and spoilt, they must agree.</summary>
public class OracleTests
{
    private const int Histories = 12_000;

    [Fact]
    public void FastChecker_SmallHistories_AgreesWithTheDumbOne()
    {
        var fast = new LinearizabilityChecker();
        var (linearizable, violations) = (0, 0);
        for (var seed = 0; seed < Histories; seed++)
        {
            var random = new Random(seed);
            var history = new RandomHistories(seed).Next(random.Next(2, 5), random.Next(1, 5), random.Next(30), fewValues: random.Next(3) > 0);
            for (var spoil = random.Next(3); spoil > 0; spoil--)
                Spoil(history, random);

            var told = IsLinearizableByForce(history);
            var result = fast.Check([.. history]);
            Assert.True(
                result.Verdict == (told ? Verdict.Linearizable : Verdict.Violation),
                $"seed {seed}: the dumb checker says {(told ? "linearizable" : "violation")}, the fast one {result}\n{string.Join('\n', history.OrderBy(e => e.Invoked))}");
            _ = told ? linearizable++ : violations++;
        }

        // The comparison says little unless both verdicts are common.
        Assert.True(linearizable > Histories / 10, $"only {linearizable} of {Histories} were linearizable");
        Assert.True(violations > Histories / 10, $"only {violations} of {Histories} were violations");
    }

    private static bool IsLinearizableByForce(List<HistoryEntry> history)
    {
        var highest = history.Max(e => Math.Max(e.Answer.Version, e.Operation.IfVersion)) + history.Count + 1;
        var dumb = new ExhaustiveChecker<ConcreteState, HistoryEntry>(new ConcreteRegisterModel(Math.Max(highest, history.Count + 1)));
        return dumb.IsLinearizable([.. history.Where(e => e.Answer.Kind != AnswerKind.NotDone).Select(e => (e, e.Invoked, e.Returned))]);
    }

    private static void Spoil(List<HistoryEntry> history, Random random)
    {
        var at = random.Next(history.Count);
        var entry = history[at];
        var answer = entry.Answer;
        if (answer.Kind is AnswerKind.Unknown)
            return;
        history[at] = random.Next(7) switch
        {
            0 when answer.Version > 0 => entry with { Answer = answer with { Version = Math.Max(1, answer.Version + random.Next(-2, 3)) } },
            1 when answer.Value >= 0 => entry with { Answer = answer with { Value = random.Next(3) } },
            2 => entry with { Answer = Answer.NotDone },
            3 => entry with { Answer = Answer.Unknown, Returned = HistoryEntry.Open },
            4 => entry with { Returned = Math.Max(entry.Invoked, entry.Returned - random.Next(30)) },
            5 => entry with { Invoked = entry.Invoked + random.Next((int)(entry.Returned - entry.Invoked) + 1) },
            6 when answer.Kind is AnswerKind.Created or AnswerKind.Done && entry.Operation.Kind == OperationKind.Store =>
                entry with { Answer = answer with { Kind = answer.Kind == AnswerKind.Done ? AnswerKind.Created : AnswerKind.Done } },
            _ => entry,
        };
    }
}
