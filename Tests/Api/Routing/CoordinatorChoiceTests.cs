using Orleans.Kv.Api.Routing;

namespace Orleans.Kv.Tests.Api.Routing;

public sealed class CoordinatorChoiceTests
{
    [Fact]
    public void Next_AvoidsTheSilentSiloAndThoseAsked()
    {
        var choice = new CoordinatorChoice(4);
        choice.Answered(0, "silo-1");
        choice.Answered(1, "silo-1");
        choice.Answered(2, "silo-2");
        choice.Answered(3, "silo-3");

        for (var i = 0; i < 8; i++)
        {
            var first = choice.Next(0, "silo-1");
            Assert.InRange(first, 2, 3);
            Assert.Equal(first == 2 ? 3 : 2, choice.Next(1L << first, "silo-1"));
        }
    }

    [Fact]
    public void Next_AvoidsWhoWasSilentUntilItAnswers()
    {
        var choice = new CoordinatorChoice(2);
        choice.Answered(0, "silo-1");
        choice.Answered(1, "silo-2");
        choice.Silent(0);
        for (var i = 0; i < 4; i++) Assert.Equal(1, choice.Next(0, null));

        choice.Answered(0, "silo-1");
        Assert.Contains(0, Enumerable.Range(0, 4).Select(_ => choice.Next(0, null)));
    }

    [Fact]
    public void Next_WhenAllWereAsked_StartsAnew()
    {
        var choice = new CoordinatorChoice(2);
        choice.Answered(0, "silo-1");
        choice.Answered(1, "silo-1");
        choice.Silent(0);
        choice.Silent(1);

        Assert.InRange(choice.Next(0b11, "silo-1"), 0, 1);
    }
}
