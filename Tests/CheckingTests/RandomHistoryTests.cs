using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Checking.Linearizability;

namespace Orleans.Kv.Tests.CheckingTests;

public class RandomHistoryTests
{
    private readonly LinearizabilityChecker _checker = new();

    [Theory]
    [InlineData(0, false)]
    [InlineData(5, false)]
    [InlineData(20, false)]
    [InlineData(5, true)]
    [InlineData(20, true)]
    public void CorrectRegister_AnyInterleaving_IsLinearizable(int lostPercent, bool fewValues)
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var history = new RandomHistories(seed).Next(clients: 5, operationsPerClient: 12, lostPercent, fewValues);
            var result = _checker.Check([.. history]);
            Assert.True(result.IsLinearizable, $"seed {seed}: {result}");
        }
    }

    [Fact]
    public void CorrectRegister_VersionsNotTold_IsLinearizable()
    {
        for (var seed = 0; seed < 1_000; seed++)
        {
            var history = new RandomHistories(seed).Next(clients: 4, operationsPerClient: 8, lostPercent: 5, fewValues: true, tellVersions: false);
            var result = _checker.Check([.. history]);
            Assert.True(result.IsLinearizable, $"seed {seed}: {result}");
        }
    }

    [Fact]
    public void CorrectRegister_LongHistoryWithOpenOperations_IsDecidedQuickly()
    {
        var history = new RandomHistories(1).Next(clients: 6, operationsPerClient: 17_000, lostPercent: 0, fewValues: false);
        var random = new Random(1);
        for (var i = 0; i < 30; i++)
        {
            // Thirty answers never arrived; what the operations did is in the others' answers.
            var at = random.Next(history.Count);
            history[at] = history[at] with { Answer = Answer.Unknown, Returned = HistoryEntry.Open };
        }

        var started = System.Diagnostics.Stopwatch.StartNew();
        var result = _checker.Check([.. history]);
        Assert.True(result.IsLinearizable, result.ToString());
        Assert.True(started.Elapsed < TimeSpan.FromSeconds(20), $"102,000 operations took {started.Elapsed}");
    }

    public static TheoryData<string> Mutations => [.. Mutation.All.Keys];

    /// <summary>
    /// One changed answer need not make a history impossible (an open operation may explain it, a concurrent one too); with distinct values
    /// and versions told it nearly always does.
    /// </summary>
    [Theory]
    [MemberData(nameof(Mutations))]
    public void FaultyRegister_OneFault_IsFound(string fault)
    {
        const int wanted = 500;
        var (made, found) = (0, 0);
        for (var seed = 0; made < wanted; seed++)
        {
            var history = new RandomHistories(seed).Next(clients: 4, operationsPerClient: 10, lostPercent: 3, fewValues: false);
            if (Mutation.All[fault](history, new Random(seed)) is not { } broken)
                continue;
            made++;
            found += _checker.Check([.. broken]).Verdict == Verdict.Violation ? 1 : 0;
        }

        Assert.True(found >= wanted * 95 / 100, $"{found} of {made} histories with {fault} were refused, at least 95 % expected");
    }
}
