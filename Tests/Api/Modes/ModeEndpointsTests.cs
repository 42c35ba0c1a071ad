using System.Text.Json;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Tests.Api.Hosting;
using Orleans.Kv.Tests.Api.Routing;
using Orleans.Serialization;

namespace Orleans.Kv.Tests.Api.Modes;

public sealed class ModeEndpointsTests
{
    [Theory]
    [InlineData("""{"v":1}""", 1)]
    [InlineData("""{"v":2}""", 2)]
    [InlineData("""{"mode":"CP"}""", 1)]
    [InlineData("""{"mode":"AP"}""", 2)]
    public async Task Conf_SetsTheModeByNumberAndByName(string body, int mode)
    {
        var set = 0;
        await using var api = await StartAsync((_, wanted) => Done(set = wanted));
        using var connection = api.Connect();

        var (status, answer, _) = await connection.PostAsync("/conf", body);

        Assert.Equal((200, mode), (status, set));
        Assert.Equal($$"""{"mode":"{{(mode == 2 ? "AP" : "CP")}}","v":{{mode}},"epoch":9}""", answer.GetRawText());
    }

    [Theory]
    [InlineData("", "missing-field", "mode")]
    [InlineData("{}", "missing-field", "mode")]
    [InlineData("""{"v":null}""", "missing-field", "mode")]
    [InlineData("""{"v":0}""", "invalid-field", "v")]
    [InlineData("""{"v":3}""", "invalid-field", "v")]
    [InlineData("""{"v":"1"}""", "invalid-field", "v")]
    [InlineData("""{"v":1.5}""", "invalid-field", "v")]
    [InlineData("""{"v":99999999999999999999}""", "invalid-field", "v")]
    [InlineData("""{"v":1,"v":2}""", "invalid-field", "v")]
    [InlineData("""{"v":1,"mode":"CP"}""", "invalid-field", "v")]
    [InlineData("""{"mode":"cp"}""", "invalid-field", "mode")]
    [InlineData("""{"mode":"CA"}""", "invalid-field", "mode")]
    [InlineData("""{"mode":""}""", "invalid-field", "mode")]
    [InlineData("""{"mode":1}""", "invalid-field", "mode")]
    [InlineData("""{"modus":"CP"}""", "unknown-field", "modus")]
    [InlineData("""["CP"]""", "malformed", null)]
    [InlineData("CP", "malformed", null)]
    public async Task Conf_WithABadBody_Is400NamingTheField_AndAsksNobody(string body, string code, string? field)
    {
        await using var api = await StartAsync((_, _) => throw new InvalidOperationException("a silo was asked"));
        using var connection = api.Connect();
        for (var round = 0; round < 2; round++)
        {
            var (status, problem, _) = await connection.PostAsync("/conf", body);
            var named = problem.TryGetProperty("field", out var value) ? value.GetString() : null;
            Assert.Equal((400, code, field), (status, Code(problem), named));
        }
    }

    [Fact]
    public async Task Conf_ThatSomeSilosHaveNotConfirmed_Is202AndNamesThem()
    {
        await using var api = await StartAsync((_, mode) => new ModeReply
        {
            Status = ModeStatus.Done, Mode = mode, Epoch = 9, Unconfirmed = [new UnconfirmedSilo { Name = "silo-3", Reason = "unreachable since 12:00:01Z" }],
        });
        using var connection = api.Connect();

        var (status, answer, _) = await connection.PostAsync("/conf", """{"mode":"CP"}""");

        Assert.Equal(202, status);
        Assert.Equal("""{"mode":"CP","v":1,"epoch":9,"unconfirmed":[{"name":"silo-3","reason":"unreachable since 12:00:01Z"}]}""", answer.GetRawText());
    }

    [Fact]
    public async Task Conf_AsksAnotherSilo_WhenOneCannotReachTheMapsKeeper()
    {
        var asked = new List<int>();
        await using var api = await StartAsync((coordinator, mode) =>
        {
            asked.Add(coordinator);
            if (asked.Count == 1) throw new TimeoutException("no answer");
            return asked.Count == 2 ? new ModeReply { Status = ModeStatus.Unavailable, Mode = 1, Epoch = 8 } : Done(mode);
        });
        using var connection = api.Connect();

        Assert.Equal(200, (await connection.PostAsync("/conf", """{"v":2}""")).Status);
        Assert.Equal(3, asked.Distinct().Count());
    }

    [Fact]
    public async Task Conf_AsksAnotherSilo_WhenOneIsOfAnEarlierBuildThatDoesNotKnowTheQuestion()
    {
        var asked = new List<int>();
        await using var api = await StartAsync((coordinator, mode) =>
        {
            asked.Add(coordinator);
            return asked.Count == 1 ? throw new SerializerException("no such method") : Done(mode);
        });
        using var connection = api.Connect();

        Assert.Equal(200, (await connection.PostAsync("/conf", """{"v":2}""")).Status);
        Assert.Equal(2, asked.Distinct().Count());
    }

    [Fact]
    public async Task Conf_ThatNobodyCouldConfirmToHaveSet_IsUnknown()
    {
        await using var api = await StartAsync((_, _) => new ModeReply { Status = ModeStatus.Unavailable, Mode = 1, Epoch = 8, Detail = "the cluster file is locked" });
        using var connection = api.Connect();

        var (status, problem, _) = await connection.PostAsync("/conf", """{"v":2}""");

        Assert.Equal((504, "unknown-outcome"), (status, Code(problem)));
        Assert.Contains("the cluster file is locked", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conf_OfAClusterThatForms_Is503()
    {
        await using var api = await StartAsync((_, _) => new ModeReply { Status = ModeStatus.Forming, Mode = 0, Epoch = 0 });
        using var connection = api.Connect();

        Assert.Equal((503, "forming"), Of(await connection.PostAsync("/conf", """{"v":2}""")));
    }

    [Fact]
    public async Task GetConf_SaysTheModeOfTheFurthestMap_AndWhoActsByAnother()
    {
        await using var api = await FakeApi.StartAsync();
        api.Cluster.Status = coordinator => ValueTask.FromResult(coordinator == 2 ? FakeApi.Status(coordinator, mode: 2, epoch: 6) : FakeApi.Status(coordinator));
        using var connection = api.Connect();

        var (status, answer, _) = await connection.SendAsync("GET /conf HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal(200, status);
        Assert.Equal("""{"mode":"CP","v":1,"epoch":7,"unconfirmed":[{"name":"silo-3","reason":"it acts by the map of epoch 6"}]}""", answer.GetRawText());
    }

    [Fact]
    public async Task GetConf_NamesTheSilosThatDoNotAnswer()
    {
        await using var api = await FakeApi.StartAsync();
        api.Cluster.Status = coordinator => coordinator == 1 ? ValueTask.FromException<ClusterStatus>(new TimeoutException()) : ValueTask.FromResult(FakeApi.Status(coordinator, mode: 2));
        using var connection = api.Connect();

        var (status, answer, _) = await connection.SendAsync("GET /conf HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal((200, "AP"), (status, answer.GetProperty("mode").GetString()));
        Assert.Equal("silo-2", Assert.Single(answer.GetProperty("unconfirmed").EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task GetConf_WithoutAnySilo_Is503()
    {
        await using var api = await FakeApi.StartAsync(new FakeCluster { Coordinators = 3, Status = static _ => throw new TimeoutException("no answer") });
        using var connection = api.Connect();

        Assert.Equal((503, "unavailable"), Of(await connection.SendAsync("GET /conf HTTP/1.1\r\nHost: x\r\n\r\n")));
    }

    private static Task<FakeApi> StartAsync(Func<int, int, ModeReply> mode) =>
        FakeApi.StartAsync(new FakeCluster { Coordinators = 3, Mode = (coordinator, wanted) => ValueTask.FromResult(mode(coordinator, wanted)) });

    private static ModeReply Done(int mode) => new() { Status = ModeStatus.Done, Mode = mode, Epoch = 9 };

    private static (int Status, string? Code) Of((int Status, JsonElement Body, string Head) answer) => (answer.Status, Code(answer.Body));

    private static string? Code(JsonElement body) => body.GetProperty("code").GetString();
}
