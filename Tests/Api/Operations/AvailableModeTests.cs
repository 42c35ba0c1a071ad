using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Operations;

/// <summary>How answers look that are less than committed.</summary>
public sealed class AvailableModeTests
{
    [Theory]
    [InlineData("/store", "\"value\":1")]
    [InlineData("/update", "\"value\":1")]
    [InlineData("/delete", "")]
    public async Task AWriteThatIsKept_Is202AndNotCommitted(string path, string fields)
    {
        var (status, body) = await AskAsync(path, fields, new OperationReply { Status = ReplyStatus.Accepted, Silo = "silo-1" });

        Assert.Equal((202, """{"key":"k","committed":false}"""), (status, body.GetRawText()));
    }

    [Fact]
    public async Task AStaleRead_SaysSo()
    {
        var (status, body) = await AskAsync("/fetch", "", new OperationReply { Status = ReplyStatus.Done, Value = "5"u8.ToArray(), Version = 3, Stale = true, Silo = "silo-1" });

        Assert.Equal((200, true, 5), (status, body.GetProperty("stale").GetBoolean(), body.GetProperty("value").GetInt32()));
    }

    [Fact]
    public async Task AnAbsenceThatMayBeOld_SaysSo()
    {
        var (status, body) = await AskAsync("/fetch", "", new OperationReply { Status = ReplyStatus.NotFound, Stale = true, Silo = "silo-1" });

        Assert.Equal((404, "not-found", true), (status, body.GetProperty("code").GetString(), body.GetProperty("stale").GetBoolean()));
    }

    [Fact]
    public async Task AConditionThatFailsByAnOldCopy_SaysSo()
    {
        var (status, body) = await AskAsync("/store", "\"value\":1,\"ifVersion\":7", new OperationReply { Status = ReplyStatus.ConditionFailed, Version = 3, Stale = true, Silo = "silo-1" });

        Assert.Equal((409, "condition-failed", true), (status, body.GetProperty("code").GetString(), body.GetProperty("stale").GetBoolean()));
    }

    [Fact]
    public async Task WhatIsCertain_IsNotCalledStale()
    {
        var (_, body) = await AskAsync("/fetch", "", new OperationReply { Status = ReplyStatus.NotFound, Silo = "silo-1" });

        Assert.False(body.TryGetProperty("stale", out _));
    }

    [Theory]
    [InlineData(ReplyStatus.NoQuorum, "no-quorum")]
    [InlineData(ReplyStatus.PendingFull, "pending-full")]
    public async Task WithoutAQuorum_TheReasonIsTheSilos(ReplyStatus status, string code)
    {
        const string Why = "2 of silo-1, silo-2, silo-3 are needed; unreachable: silo-1 since 12:00:01Z, silo-2 since 12:00:01Z";
        var (answered, body) = await AskAsync("/store", "\"value\":1", new OperationReply { Status = status, Detail = Why, Silo = "silo-1" });

        Assert.Equal((503, code), (answered, body.GetProperty("code").GetString()));
        Assert.Contains(Why, body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", ReadConsistency.Default)]
    [InlineData("\"consistency\":\"strong\"", ReadConsistency.Strong)]
    [InlineData("\"consistency\":\"eventual\"", ReadConsistency.Eventual)]
    public async Task AFetchsConsistency_ReachesTheSilo(string fields, ReadConsistency expected)
    {
        var asked = (ReadConsistency)255;
        await AskAsync("/fetch", fields, request =>
        {
            if (request.Value is null && request.Number > 0) asked = request.Consistency;
            return new OperationReply { Status = ReplyStatus.NotFound, Silo = "silo-1" };
        });

        Assert.Equal(expected, asked);
    }

    [Theory]
    [InlineData("/fetch", "\"consistency\":\"weak\"", "invalid-field", "consistency")]
    [InlineData("/fetch", "\"consistency\":\"Strong\"", "invalid-field", "consistency")]
    [InlineData("/fetch", "\"consistency\":\"\"", "invalid-field", "consistency")]
    [InlineData("/fetch", "\"consistency\":1", "wrong-type", "consistency")]
    [InlineData("/fetch", "\"consistency\":null", "wrong-type", "consistency")]
    [InlineData("/fetch", "\"consistency\":\"strong\",\"consistency\":\"eventual\"", "duplicate-field", "consistency")]
    [InlineData("/store", "\"value\":1,\"consistency\":\"eventual\"", "unknown-field", "consistency")]
    public async Task AnotherConsistency_Is400NamingTheField(string path, string fields, string code, string field)
    {
        var (status, body) = await AskAsync(path, fields, _ => throw new InvalidOperationException("a silo was asked"));

        Assert.Equal((400, code, field), (status, body.GetProperty("code").GetString(), body.GetProperty("field").GetString()));
    }

    private static Task<(int Status, System.Text.Json.JsonElement Body)> AskAsync(string path, string fields, OperationReply reply) => AskAsync(path, fields, _ => reply);

    private static async Task<(int Status, System.Text.Json.JsonElement Body)> AskAsync(string path, string fields, Func<OperationRequest, OperationReply> reply)
    {
        await using var api = await FakeApi.StartAsync();
        api.Cluster.Reply = reply;
        using var connection = api.Connect();
        var (status, body, _) = await connection.PostAsync(path, $$"""{"key":"k"{{(fields.Length > 0 ? "," : "")}}{{fields}}}""");
        return (status, body);
    }
}
