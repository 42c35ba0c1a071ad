using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Kv.Tests.Runtime.Serialization;

public sealed class ExceptionTests
{
    [Fact]
    public void FrameworkException_ArrivesAsItself_WithWhereItWasThrown()
    {
        var arrived = Serialized.RoundTrip(Thrown(new InvalidOperationException("outer", new TimeoutException("inner"))));
        Assert.IsType<InvalidOperationException>(arrived);
        Assert.Equal("outer", arrived.Message);
        Assert.Equal("inner", Assert.IsType<TimeoutException>(arrived.InnerException).Message);
        Assert.Contains(nameof(Thrown), arrived.StackTrace, StringComparison.Ordinal);
        Assert.IsType<ArgumentNullException>(Serialized.RoundTrip<Exception>(new ArgumentNullException("name", "because")));
        Assert.IsType<TaskCanceledException>(Serialized.RoundTrip<Exception>(new TaskCanceledException("gone")));
    }

    [Fact]
    public void AggregateException_KeepsAllThatIsInside()
    {
        var arrived = Assert.IsType<AggregateException>(
            Serialized.RoundTrip<Exception>(new AggregateException("both", new TimeoutException("a"), new InvalidOperationException("b"))));
        Assert.Equal(["a", "b"], arrived.InnerExceptions.Select(inner => inner.Message));
    }

    [Fact]
    public void OwnException_WithAttribute_ArrivesWithItsMembers()
    {
        var arrived = Assert.IsType<RefusedException>(Serialized.RoundTrip<Exception>(new RefusedException("no", 5)));
        Assert.Equal(("no", 5), (arrived.Message, arrived.Code));
        Assert.Equal("full", Assert.IsType<OrleansException>(Serialized.RoundTrip<Exception>(new OrleansException("full"))).Message);
    }

    [Fact]
    public void Exceptions_InsideOtherValues_Arrive()
    {
        var arrived = Serialized.RoundTrip(new Holder { Anything = new List<TimeoutException> { new("late") } });
        Assert.Equal("late", Assert.IsType<List<TimeoutException>>(arrived.Anything)[0].Message);
    }

    private static Exception Thrown(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception caught)
        {
            return caught;
        }
    }
}
