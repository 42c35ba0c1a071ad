using System.Text.Json;
using Orleans.Kv.Client;

namespace Orleans.Kv.Tests.Client.Transport;

/// <summary>What is sent again, to whom, and what a call that failed says about what became of it.</summary>
public sealed class RetryTests : IDisposable
{
    private const string Stored = """{"key":"k","version":3,"created":false}""";

    private readonly FakeApi _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Refused_GoesOnToTheNextEndpoint_AndStaysThere()
    {
        using var client = ClientFactory.Of(_api.Refuse().Answer(200, Stored).Answer(200, Stored), endpoints: 2);
        Assert.Equal(KvWriteStatus.Replaced, (await client.StoreAsync("k", KvValue.FromJson("1"))).Status);
        await client.StoreAsync("k", KvValue.FromJson("2"));
        Assert.Equal(["a", "b", "b"], _api.Sent.Select(static sent => sent.Endpoint));
    }

    [Fact]
    public async Task BrokenConnection_SendsAWriteAgainUnderTheSameId()
    {
        using var client = ClientFactory.Of(_api.Break().Answer(201, """{"key":"k","version":1,"created":true}""").Answer(200, Stored));
        Assert.Equal(KvWriteStatus.Created, (await client.StoreAsync("k", KvValue.FromJson("1"))).Status);
        await client.StoreAsync("k", KvValue.FromJson("2"));
        var ids = _api.Sent.Select(static sent => Id(sent.Body)).ToList();
        Assert.NotNull(ids[0]);
        Assert.Equal(ids[0], ids[1]);
        Assert.NotEqual(ids[0], ids[2]);
    }

    [Fact]
    public async Task BrokenConnection_WithoutAnId_IsNotSentAgain_AndUnknown()
    {
        using var client = ClientFactory.Of(_api.Break(), writeOnce: false);
        var failure = await Assert.ThrowsAsync<KvException>(() => client.StoreAsync("k", KvValue.FromJson("1")));
        Assert.Equal(KvErrorCode.UnknownOutcome, failure.Code);
        Assert.True(failure.IsOutcomeUnknown);
        Assert.Single(_api.Sent);
        Assert.Null(Id(_api.Sent[0].Body));
    }

    [Fact]
    public async Task NotDone_WithoutAnId_IsSentAgain()
    {
        using var client = ClientFactory.Of(_api.Problem(503, "forming").Refuse().Answer(200, Stored), writeOnce: false);
        await client.StoreAsync("k", KvValue.FromJson("1"));
        Assert.Equal(3, _api.Sent.Count);
    }

    [Fact]
    public async Task CallersOwnId_IsTheOneThatIsSent()
    {
        using var client = ClientFactory.Of(_api.Answer(200, Stored));
        await client.StoreAsync("k", KvValue.FromJson("1"), new KvWriteOptions { RequestId = "mine" });
        Assert.Equal("mine", Id(_api.Sent[0].Body));
    }

    [Fact]
    public async Task RefusalAfterDoubt_StaysUnknown_ForAWrite()
    {
        using var client = ClientFactory.Of(_api.Break().Problem(503, "no-quorum"));
        var failure = await Assert.ThrowsAsync<KvException>(() => client.DeleteAsync("k"));
        Assert.Equal(KvErrorCode.UnknownOutcome, failure.Code);
        Assert.Contains("no-quorum", failure.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusalAfterDoubt_OfARead_IsTheRefusal()
    {
        using var client = ClientFactory.Of(_api.Break().Problem(503, "no-quorum"));
        var failure = await Assert.ThrowsAsync<KvException>(() => client.FetchAsync("k"));
        Assert.Equal(KvErrorCode.NoQuorum, failure.Code);
        Assert.False(failure.IsOutcomeUnknown);
    }

    [Fact]
    public async Task NoQuorum_IsAskedOfEveryEndpointOnce()
    {
        using var client = ClientFactory.Of(_api.Problem(503, "no-quorum").Problem(503, "no-quorum").Problem(503, "no-quorum"), endpoints: 3);
        var failure = await Assert.ThrowsAsync<KvException>(() => client.StoreAsync("k", KvValue.FromJson("1")));
        Assert.Equal(KvErrorCode.NoQuorum, failure.Code);
        Assert.True(failure.IsTransient);
        Assert.False(failure.IsOutcomeUnknown);
        Assert.Equal(["a", "b", "c"], _api.Sent.Select(static sent => sent.Endpoint));
    }

    [Fact]
    public async Task NoQuorum_OnOneSide_IsServedByTheOther()
    {
        using var client = ClientFactory.Of(_api.Problem(503, "no-quorum").Answer(200, Stored), endpoints: 2);
        await client.StoreAsync("k", KvValue.FromJson("1"));
        Assert.Equal("http://b/", client.Endpoint.ToString());
    }

    [Fact]
    public async Task UnknownOutcome_IsAskedAgain_UntilItIsKnown()
    {
        using var client = ClientFactory.Of(_api.Problem(504, "unknown-outcome").Problem(504, "unknown-outcome").Answer(200, Stored));
        Assert.Equal(3, (await client.StoreAsync("k", KvValue.FromJson("1"))).Version);
        Assert.Single(_api.Sent.Select(static sent => Id(sent.Body)).Distinct());
    }

    [Fact]
    public async Task InternalFault_EndsTheCall_WithItsCode()
    {
        using var client = ClientFactory.Of(_api.Problem(500, "internal"));
        var failure = await Assert.ThrowsAsync<KvException>(() => client.FetchAsync("k"));
        Assert.Equal("internal", failure.Code);
    }

    [Fact]
    public async Task Hanging_IsGivenUpForTheNextEndpoint()
    {
        var time = new Api.ManualTime();
        using var client = ClientFactory.Of(_api.Hang().Answer(200, Stored), endpoints: 2, time);
        var call = client.StoreAsync("k", KvValue.FromJson("1"));
        time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(3, (await call).Version);
        Assert.Equal(["a", "b"], _api.Sent.Select(static sent => sent.Endpoint));
    }

    [Fact]
    public async Task TimeIsUp_SaysThatNobodyWasReached()
    {
        var time = new Api.ManualTime();
        foreach (var _ in Enumerable.Range(0, 100)) _api.Refuse();
        using var client = ClientFactory.Of(_api, time: time, callTimeout: TimeSpan.FromMilliseconds(20));
        var call = client.StoreAsync("k", KvValue.FromJson("1"));
        while (!call.IsCompleted) time.Advance(TimeSpan.FromMilliseconds(1));
        var failure = await Assert.ThrowsAsync<KvException>(() => call);
        Assert.Equal(KvErrorCode.Unreachable, failure.Code);
        Assert.False(failure.IsOutcomeUnknown);
        Assert.InRange(_api.Sent.Count, 10, 60);
    }

    [Fact]
    public async Task WithoutPatience_EveryEndpointIsAskedOnce()
    {
        using var client = new KvClient(new KvClientOptions { Endpoints = [new Uri("http://a"), new Uri("http://b")], Handler = _api.Refuse().Problem(503, "forming"), RefusalPatience = TimeSpan.Zero });
        var failure = await Assert.ThrowsAsync<KvException>(() => client.FetchAsync("k"));
        Assert.Equal(KvErrorCode.Forming, failure.Code);
        Assert.Equal(["a", "b"], _api.Sent.Select(static sent => sent.Endpoint));
    }

    [Fact]
    public async Task Overloaded_WaitsAsLongAsTheApiHostAsks()
    {
        var time = new Api.ManualTime();
        _api.Answer(429, """{"title":"x","status":429,"code":"overloaded","detail":"full"}""", "application/problem+json", retryAfter: 2).Answer(200, Stored);
        using var client = ClientFactory.Of(_api, time: time);
        var call = client.StoreAsync("k", KvValue.FromJson("1"));
        time.Advance(TimeSpan.FromMilliseconds(1999));
        Assert.Single(_api.Sent);
        time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(3, (await call).Version);
    }

    [Fact]
    public async Task AProxysOwnPage_IsUnavailable_AndAskedAgain()
    {
        using var client = ClientFactory.Of(_api.Answer(503, "<html>", "text/html").Answer(200, Stored));
        Assert.Equal(3, (await client.StoreAsync("k", KvValue.FromJson("1"))).Version);
    }

    [Fact]
    public async Task Cancellation_IsNoFailureOfTheStore()
    {
        using var client = ClientFactory.Of(_api.Hang());
        using var cancellation = new CancellationTokenSource();
        var call = client.StoreAsync("k", KvValue.FromJson("1"), cancellation: cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public void WrongOptions_AreAllNamed()
    {
        var error = Assert.Throws<ArgumentException>(() => new KvClient(new KvClientOptions { Endpoints = [new Uri("ftp://x")], CallTimeout = TimeSpan.FromMinutes(5) }));
        Assert.Contains("ftp://x", error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(KvClientOptions.CallTimeout), error.Message, StringComparison.Ordinal);
    }

    private static string? Id(string body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty("requestId", out var id) ? id.GetString() : null;
    }
}
