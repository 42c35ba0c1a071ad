using System.Text.Json;
using Orleans.Kv.Interfaces.Listing;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Api.Hosting;
using Orleans.Kv.Tests.Api.Routing;
using Orleans.Serialization;

namespace Orleans.Kv.Tests.Api.Listing;

public sealed class ListEndpointsTests
{
    [Theory]
    [InlineData("", "", null, 100)]
    [InlineData("{}", "", null, 100)]
    [InlineData("""{"prefix":"users/","after":"users/7","limit":1000}""", "users/", "users/7", 1000)]
    [InlineData("""{"prefix":"","after":null,"limit":1}""", "", null, 1)]
    [InlineData("""{"prefix":"\u00fc","after":""}""", "ü", null, 100)]
    public async Task APage_IsAskedForAsTheBodySays(string body, string prefix, string? after, int limit)
    {
        KeyListRequest? asked = null;
        await using var api = await StartAsync((_, request) =>
        {
            asked = request;
            return new KeyPage { Status = ReplyStatus.Done, Keys = ["a\"b", "ключ"], Next = "ключ" };
        });
        using var connection = api.Connect();

        var (status, answer, _) = await connection.PostAsync("/list", body);

        Assert.Equal((200, """{"keys":["a\"b","ключ"],"next":"ключ","stale":false}"""), (status, answer.GetRawText()));
        Assert.Equal((prefix, after, limit), (asked!.Prefix, asked.After, asked.Limit));
    }

    [Theory]
    [InlineData("""{"limit":0}""", "invalid-field", "limit")]
    [InlineData("""{"limit":1001}""", "invalid-field", "limit")]
    [InlineData("""{"limit":1.5}""", "invalid-field", "limit")]
    [InlineData("""{"limit":"10"}""", "invalid-field", "limit")]
    [InlineData("""{"prefix":7}""", "invalid-field", "prefix")]
    [InlineData("""{"prefx":"a"}""", "unknown-field", "prefx")]
    [InlineData("""{"prefix":"a","prefix":"b"}""", "invalid-field", "prefix")]
    public async Task ABadQuestion_Is400NamingTheField(string body, string code, string field)
    {
        await using var api = await StartAsync((_, _) => throw new InvalidOperationException("a silo was asked"));
        using var connection = api.Connect();

        var (status, problem, _) = await connection.PostAsync("/list", body);

        Assert.Equal((400, code, field), (status, Code(problem), problem.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task TextThatIsTheBeginningOfNoKey_IsRefused()
    {
        await using var api = await StartAsync((_, _) => throw new InvalidOperationException("a silo was asked"));
        using var connection = api.Connect();

        foreach (var field in (string[])["prefix", "after"])
        {
            var (status, problem, _) = await connection.PostAsync("/list", $$"""{"{{field}}":"{{new string('k', 1025)}}"}""");
            Assert.Equal((400, "invalid-field", field), (status, Code(problem), problem.GetProperty("field").GetString()));
        }

        Assert.Equal(413, (await connection.PostAsync("/list", $$"""{"prefix":"{{new string('k', 20_000)}}"}""")).Status);
    }

    [Fact]
    public async Task ASiloThatCannotServe_IsFollowedByAnother()
    {
        var calls = 0;
        await using var api = await StartAsync((_, _) => new KeyPage { Status = ++calls < 3 ? ReplyStatus.NoQuorum : ReplyStatus.Done, Stale = true });
        using var connection = api.Connect();

        var (status, page, _) = await connection.PostAsync("/list", "{}");
        Assert.Equal((200, 3, true), (status, calls, page.GetProperty("stale").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, page.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task ASiloOfAnEarlierBuild_ThatDoesNotKnowTheQuestion_IsFollowedByAnother()
    {
        var calls = 0;
        await using var api = await StartAsync((_, _) => ++calls == 1 ? throw new SerializerException("no such method") : new KeyPage { Status = ReplyStatus.Done, Keys = ["a"] });
        using var connection = api.Connect();

        var (status, page, _) = await connection.PostAsync("/list", "{}");
        Assert.Equal((200, 2, "a"), (status, calls, page.GetProperty("keys")[0].GetString()));
    }

    [Fact]
    public async Task ASiloThatDoesNotAnswer_IsJoinedByAnother_AndTheFirstPageCounts()
    {
        var calls = 0;
        var never = new TaskCompletionSource<KeyPage>();
        await using var api = await FakeApi.StartAsync(new FakeCluster
        {
            Coordinators = 3,
            KeyPages = (_, _) => ++calls == 1 ? new ValueTask<KeyPage>(never.Task) : ValueTask.FromResult(new KeyPage { Status = ReplyStatus.Done, Keys = ["a"] }),
        });
        using var connection = api.Connect();

        var (status, page, _) = await connection.PostAsync("/list", "{}");
        Assert.Equal((200, 2, "a"), (status, calls, page.GetProperty("keys")[0].GetString()));
    }

    [Fact]
    public async Task ASlowSilo_MayStillBeTheOneThatAnswers()
    {
        var calls = 0;
        var slow = new TaskCompletionSource<KeyPage>();
        await using var api = await FakeApi.StartAsync(new FakeCluster
        {
            Coordinators = 3,
            KeyPages = (_, _) =>
            {
                if (++calls == 1) return new ValueTask<KeyPage>(slow.Task);
                slow.TrySetResult(new KeyPage { Status = ReplyStatus.Done, Keys = ["slow"] });
                return new ValueTask<KeyPage>(new TaskCompletionSource<KeyPage>().Task);
            },
        });
        using var connection = api.Connect();

        var (status, page, _) = await connection.PostAsync("/list", "{}");
        Assert.Equal((200, "slow"), (status, page.GetProperty("keys")[0].GetString()));
    }

    [Theory]
    [InlineData(ReplyStatus.NoQuorum, 503, "no-quorum")]
    [InlineData(ReplyStatus.Forming, 503, "forming")]
    [InlineData(ReplyStatus.Unavailable, 503, "unavailable")]
    [InlineData(ReplyStatus.Overloaded, 429, "overloaded")]
    public async Task WithoutAPage_TheProblemSaysWhy(ReplyStatus status, int expected, string code)
    {
        await using var api = await StartAsync((_, _) => new KeyPage { Status = status, Detail = "because" });
        using var connection = api.Connect();

        var (answered, problem, _) = await connection.PostAsync("/list", "{}");
        Assert.Equal((expected, code), (answered, Code(problem)));
        Assert.Contains("because", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static Task<FakeApi> StartAsync(Func<int, KeyListRequest, KeyPage> page) =>
        FakeApi.StartAsync(new FakeCluster { Coordinators = 3, KeyPages = (coordinator, request) => ValueTask.FromResult(page(coordinator, request)) });

    private static string? Code(JsonElement body) => body.GetProperty("code").GetString();
}
