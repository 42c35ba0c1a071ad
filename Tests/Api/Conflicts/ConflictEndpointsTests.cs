using System.Text.Json;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Tests.Api.Hosting;
using Orleans.Kv.Tests.Api.Routing;

namespace Orleans.Kv.Tests.Api.Conflicts;

public sealed class ConflictEndpointsTests
{
    private static readonly long Clock = HybridTimestamp.FromUnixMilliseconds(new DateTimeOffset(2026, 11, 21, 12, 0, 1, TimeSpan.Zero).ToUnixTimeMilliseconds()).Next().Value;

    [Fact]
    public async Task Conflicts_CarryBothValuesWithTheirClocks()
    {
        var asked = (After: "?", Limit: 0);
        await using var api = await StartAsync(list: (after, limit) =>
        {
            asked = (after ?? "", limit);
            return new ConflictPage
            {
                Entries = [new ConflictEntry { Id = "aWQ.1.silo-3", Key = "k", Kept = Side("""{"b" : 1.0}""", ""), Lost = Side(null, "silo-3") }],
                Next = "aWQ.1.silo-3",
                Unheard = ["silo-2"],
            };
        });
        using var connection = api.Connect();

        var (status, body, _) = await GetAsync(connection, "/conflicts");

        Assert.Equal((200, ("", 100)), (status, asked));
        Assert.Equal(
            """{"conflicts":[{"id":"aWQ.1.silo-3","key":"k","kept":{"deleted":false,"value":{"b" : 1.0},"clock":{"time":"2026-11-21T12:00:01.000Z","counter":1},"silo":null},"lost":{"deleted":true,"clock":{"time":"2026-11-21T12:00:01.000Z","counter":1},"silo":"silo-3"}}],"next":"aWQ.1.silo-3","unheard":["silo-2"]}""",
            body.GetRawText());
    }

    [Fact]
    public async Task AValueThatIsNoJson_IsBase64WithItsType()
    {
        var side = new ConflictSide { Value = [1, 2, 255], ContentType = "image/png", Clock = Clock, Silo = "silo-1" };
        await using var api = await StartAsync(list: (_, _) => new ConflictPage { Entries = [new ConflictEntry { Id = "x", Key = "k", Kept = side, Lost = side }] });
        using var connection = api.Connect();

        var (_, body, _) = await GetAsync(connection, "/conflicts");

        var lost = body.GetProperty("conflicts")[0].GetProperty("lost");
        Assert.Equal(("AQL/", "image/png"), (lost.GetProperty("value").GetString(), lost.GetProperty("contentType").GetString()));
        Assert.Equal(JsonValueKind.Null, body.GetProperty("next").ValueKind);
    }

    [Theory]
    [InlineData("?limit=1&after=abc", "abc", 1)]
    [InlineData("?limit=1000", "", 1000)]
    public async Task APage_IsAskedForByLimitAndAfter(string query, string after, int limit)
    {
        var asked = (After: "?", Limit: 0);
        await using var api = await StartAsync(list: (from, most) =>
        {
            asked = (from ?? "", most);
            return new ConflictPage { Entries = [] };
        });
        using var connection = api.Connect();

        Assert.Equal(200, (await GetAsync(connection, "/conflicts" + query)).Status);
        Assert.Equal((after, limit), asked);
    }

    [Theory]
    [InlineData("?limit=0", "invalid-field", "limit")]
    [InlineData("?limit=1001", "invalid-field", "limit")]
    [InlineData("?limit=-5", "invalid-field", "limit")]
    [InlineData("?limit=ten", "invalid-field", "limit")]
    [InlineData("?limit=", "invalid-field", "limit")]
    [InlineData("?limit=1&limit=2", "duplicate-field", "limit")]
    [InlineData("?after=", "invalid-field", "after")]
    [InlineData("?Limit=5", "unknown-field", "Limit")]
    [InlineData("?key=k", "unknown-field", "key")]
    public async Task ABadQuery_Is400NamingTheParameter(string query, string code, string field)
    {
        await using var api = await StartAsync(list: (_, _) => throw new InvalidOperationException("a silo was asked"));
        using var connection = api.Connect();

        var (status, problem, _) = await GetAsync(connection, "/conflicts" + query);

        Assert.Equal((400, code, field), (status, Code(problem), problem.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task ASiloThatDoesNotAnswer_IsFollowedByAnother()
    {
        var calls = 0;
        await using var api = await StartAsync(list: (_, _) => ++calls < 3 ? throw new TimeoutException("no answer") : new ConflictPage { Entries = [] });
        using var connection = api.Connect();

        Assert.Equal((200, 3), ((await GetAsync(connection, "/conflicts")).Status, calls));
    }

    [Fact]
    public async Task WithoutAnySilo_Is503()
    {
        await using var api = await StartAsync(list: (_, _) => throw new TimeoutException("no answer"));
        using var connection = api.Connect();

        var (status, problem, _) = await GetAsync(connection, "/conflicts");
        Assert.Equal((503, "unavailable"), (status, Code(problem)));
    }

    [Theory]
    [InlineData(ConflictDeletion.Done, 200, null)]
    [InlineData(ConflictDeletion.NotFound, 404, "no-such-conflict")]
    [InlineData(ConflictDeletion.Invalid, 404, "no-such-conflict")]
    [InlineData(ConflictDeletion.NoQuorum, 503, "no-quorum")]
    [InlineData(ConflictDeletion.Unavailable, 504, "unknown-outcome")]
    public async Task Delete_SaysWhatBecameOfIt(ConflictDeletion deletion, int expected, string? code)
    {
        var deleted = "";
        await using var api = await StartAsync(delete: id =>
        {
            deleted = id;
            return deletion;
        });
        using var connection = api.Connect();

        var (status, body, _) = await DeleteAsync(connection, "/conflicts/aWQ.1.silo-3");

        Assert.Equal((expected, "aWQ.1.silo-3"), (status, deleted));
        if (code is null) Assert.Equal("""{"id":"aWQ.1.silo-3","deleted":true}""", body.GetRawText());
        else Assert.Equal(code, Code(body));
    }

    [Fact]
    public async Task Delete_WithoutAnAnswer_IsUnknown_AndWithAnAbsurdId_Is404()
    {
        await using var api = await StartAsync(delete: _ => throw new TimeoutException("no answer"));
        using var connection = api.Connect();

        Assert.Equal((504, "unknown-outcome"), Of(await DeleteAsync(connection, "/conflicts/x")));
        Assert.Equal((404, "no-such-conflict"), Of(await DeleteAsync(connection, "/conflicts/" + new string('x', 3000))));
    }

    private static Task<FakeApi> StartAsync(Func<string?, int, ConflictPage>? list = null, Func<string, ConflictDeletion>? delete = null) => FakeApi.StartAsync(new FakeCluster
    {
        Coordinators = 3,
        Conflicts = (_, after, limit) => ValueTask.FromResult(list!(after, limit)),
        ConflictDeletions = (_, id) => ValueTask.FromResult(delete!(id)),
    });

    private static ConflictSide Side(string? json, string silo) => new() { Value = json is null ? null : System.Text.Encoding.UTF8.GetBytes(json), Clock = Clock, Silo = silo };

    private static Task<(int Status, JsonElement Body, string Head)> GetAsync(RawConnection connection, string path) =>
        connection.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");

    private static Task<(int Status, JsonElement Body, string Head)> DeleteAsync(RawConnection connection, string path) =>
        connection.SendAsync($"DELETE {path} HTTP/1.1\r\nHost: x\r\n\r\n");

    private static (int Status, string? Code) Of((int Status, JsonElement Body, string Head) answer) => (answer.Status, Code(answer.Body));

    private static string? Code(JsonElement body) => body.GetProperty("code").GetString();
}
