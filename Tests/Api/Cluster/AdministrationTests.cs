using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Cluster;

[Collection(ApiCollection.Name)]
public sealed class AdministrationTests(ApiFixture api)
{
    [Theory]
    [InlineData("/cluster/drain", "", "missing-field", "node")]
    [InlineData("/cluster/drain", "{\"node\":\"\"}", "missing-field", "node")]
    [InlineData("/cluster/drain", "{\"node\":1}", "invalid-field", "node")]
    [InlineData("/cluster/drain", "{\"node\":\"a\",\"node\":\"b\"}", "invalid-field", "node")]
    [InlineData("/cluster/drain", "{\"nodes\":\"a\"}", "unknown-field", "nodes")]
    [InlineData("/cluster/drain", "{", "malformed", null)]
    [InlineData("/cluster/recover", "{\"apply\":\"yes\"}", "invalid-field", "apply")]
    [InlineData("/cluster/recover", "{\"force\":true}", "unknown-field", "force")]
    [InlineData("/issynch", "{\"node\":\"\"}", "invalid-field", "node")]
    [InlineData("/issynch", "{\"node\":[]}", "invalid-field", "node")]
    [InlineData("/issynch", "{\"name\":\"silo-1\"}", "unknown-field", "name")]
    [InlineData("/issynch", "[]", "malformed", null)]
    [InlineData("/cluster/recover", "null", "malformed", null)]
    public async Task ABadBody_Is400NamingTheField(string path, string body, string code, string? field)
    {
        using var connection = new RawConnection(api.Address);
        for (var round = 0; round < 2; round++)
        {
            var (status, problem, _) = await connection.PostAsync(path, body);
            var named = problem.TryGetProperty("field", out var value) ? value.GetString() : null;
            Assert.Equal((400, code, field), (status, problem.GetProperty("code").GetString(), named));
        }
    }

    [Fact]
    public async Task Synchrony_OfANodeThatIsNot_Is404()
    {
        using var connection = new RawConnection(api.Address);

        var (status, problem, _) = await connection.PostAsync("/issynch", """{"node":"silo-77"}""");

        Assert.Equal((404, "no-such-node", "node"), (status, problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()));
    }
}
