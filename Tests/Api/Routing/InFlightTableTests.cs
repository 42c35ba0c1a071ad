using System.Collections.Concurrent;
using System.Text;
using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Tests.Api.Routing;

public sealed class InFlightTableTests
{
    private readonly KeyRouteCache _routes = new();
    private readonly InFlightTable _table = new(Guid.NewGuid());

    [Fact]
    public void AnOperationAlone_MarksItsOwnNumber()
    {
        var first = Enlist("a");
        _table.Remove(first);
        var second = Enlist("a");

        Assert.Equal(first.Number, first.Mark);
        Assert.Equal(second.Number, second.Mark);
        Assert.True(second.Number > first.Number);
    }

    [Fact]
    public void AnOperationBehindOthers_MarksTheFirstUnansweredOneOfItsKey()
    {
        var first = Enlist("a");
        var other = Enlist("b");
        var second = Enlist("a");
        Assert.Equal(first.Number, second.Mark);
        Assert.Equal(other.Number, other.Mark);

        _table.Remove(first);
        Assert.Equal(second.Number, Enlist("a").Mark);
    }

    [Fact]
    public void AnOperationWithItsCallersId_IsNumberZeroAndHoldsNoMarkBack()
    {
        var own = Enlist("a", RequestOrigin.Of("r"u8));
        var next = Enlist("a");

        Assert.Equal((0L, 0L), (own.Number, own.Mark));
        Assert.Equal(next.Number, next.Mark);
    }

    [Fact]
    public void ARenumberedOperation_IsTheNewestOfItsKey()
    {
        var first = Enlist("a");
        var second = Enlist("a");
        var old = first.Number;

        _table.Renumber(first);

        Assert.True(first.Number > second.Number && old < second.Number);
        Assert.Equal(second.Number, first.Mark);
    }

    [Fact]
    public async Task ConcurrentOperations_NeverMarkBeyondOneThatIsUnanswered()
    {
        // The mark that any operation carries must lie at or below every number of its key that was enlisted and not removed then.
        var unanswered = new ConcurrentDictionary<(string Key, long Number), bool>();
        var violations = new ConcurrentQueue<string>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 20_000; i++)
            {
                var key = $"k{random.Next(3)}";
                var operation = new PendingOperation(new OperationInput(OperationCode.Store, _routes.Get(Encoding.UTF8.GetBytes(key))), 1);
                _table.Enlist(operation);
                unanswered[(key, operation.Number)] = true;
                foreach (var (other, _) in unanswered)
                {
                    // Still in the dictionary now and numbered earlier: it was unanswered when this one was marked.
                    if (other.Key == key && other.Number < operation.Mark && unanswered.ContainsKey(other))
                        violations.Enqueue($"operation {operation.Number} on {key} has mark {operation.Mark} above unanswered {other.Number}");
                }

                unanswered.TryRemove((key, operation.Number), out _);
                _table.Remove(operation);
            }
        })));

        Assert.Empty(violations);
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void CollectDue_FindsWhatIsDueAndNothingElse()
    {
        var due = Enlist("a");
        due.NextDue = 10;
        Enlist("b").NextDue = 11;

        var found = new List<PendingOperation>();
        _table.CollectDue(10, found);

        Assert.Equal([due], found);
    }

    private PendingOperation Enlist(string key, Guid? requestOrigin = null)
    {
        var input = new OperationInput(OperationCode.Store, _routes.Get(Encoding.UTF8.GetBytes(key))) { RequestOrigin = requestOrigin };
        var operation = new PendingOperation(input, 1);
        _table.Enlist(operation);
        return operation;
    }
}
